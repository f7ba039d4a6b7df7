/**
 * What can be known of plugins before a run: that their modules are there and export an executor, that
 * the keys of each job are what its plugin takes, and that orch may hand on the permissions listed. The
 * modules are loaded for that in workers without any permission: checking a file does nothing else.
 */
import {
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
} from "../lib/core/diagnostic.ts";
import type { Plugin, PluginAction, Workflow } from "../lib/core/workflow.ts";
import { resolvePath } from "../lib/runtime/paths.ts";
import type { World } from "../lib/runtime/world.ts";
import { fileUrl, NOTHING_GRANTED, PluginHost } from "./plugin_host.ts";
import { type ImportRules, judgeImport, writtenImports } from "./plugin_imports.ts";
import { pluginPermissions } from "./plugin_permissions.ts";
import type { FromPlugin, KeyIssue } from "./plugin_protocol.ts";

/** A module that takes longer to load is refused. */
const LOAD_MS = 10_000;
/** What is said of one job. */
const MOST_ISSUES = 20;

/** What is checked, and from where. */
export interface PluginCheck {
  /** The jobs that are to run, by their places in the file. Plugins that only others use are left alone. */
  readonly selected: readonly number[];
  /** Absolute: what paths of the workflow start from. */
  readonly baseDirectory: string;
  readonly world: Pick<World, "files" | "clock" | "may">;
}

/** The mistakes in the plugins of a workflow, and in what its jobs give to them. */
export async function checkPlugins(workflow: Workflow, check: PluginCheck): Promise<Diagnostic[]> {
  const used = new Map<string, PluginJob[]>();
  for (const index of workflow.jobs.keys()) {
    const { id, action } = workflow.jobs[index]!;
    if (action.type !== "plugin") continue;
    const jobs = used.get(action.plugin.type) ?? [];
    used.set(action.plugin.type, jobs);
    if (check.selected.includes(index)) jobs.push({ index, id, keys: action.keys });
  }
  const found = await Promise.all(workflow.plugins.map((plugin, index) => {
    const jobs = used.get(plugin.type);
    return jobs?.length === 0 ? [] : checkPlugin({ plugin, index, jobs: jobs ?? [] }, check);
  }));
  return found.flat();
}

interface PluginJob {
  readonly index: number;
  readonly id: string;
  readonly keys: PluginAction["keys"];
}

interface CheckedPlugin {
  readonly plugin: Plugin;
  /** Its place in the file. */
  readonly index: number;
  readonly jobs: readonly PluginJob[];
}

async function checkPlugin(checked: CheckedPlugin, check: PluginCheck): Promise<Diagnostic[]> {
  const { plugin, index, jobs } = checked;
  const { type, path } = plugin;
  const { baseDirectory, world } = check;
  const modulePath = resolvePath(baseDirectory, path);
  const wrongModule = (problem: ModuleProblem, cause = "") => {
    const detail = { code: "E212", type, path, problem, cause } as const;
    return [diagnosticAt(atValue("plugins", index, "path"), detail)];
  };
  if (world.files.stat(modulePath)?.isFile !== true) return wrongModule("missing");
  const refused = await refusedImport(plugin, modulePath, check);
  if (refused !== null) return wrongModule("import", refused);
  const answer = await ask(modulePath, jobs.map(({ keys }) => keys), check);
  switch (answer.type) {
    case "checked":
      return jobs.flatMap((job, k) =>
        issuesOf(job, type, answer.issues.filter((one) => one.index === k))
      );
    case "slow":
      return wrongModule("slow", `${LOAD_MS / 1000} seconds`);
    default:
      return wrongModule(
        answer.problem === "no_executor" ? "no_executor" : "broken",
        String(answer.cause),
      );
  }
}

/** The first import in the modules of a plugin that reaches for what it may not read; `null` for none. */
async function refusedImport(
  plugin: Plugin,
  modulePath: string,
  { baseDirectory, world }: PluginCheck,
): Promise<string | null> {
  if (plugin.permissions.read === true) return null;
  const entry = new URL(fileUrl(modulePath));
  const readable = pluginPermissions(plugin, baseDirectory)
    .flatMap((permission) => permission.kind === "read" ? [permission.path ?? "/"] : [])
    .map((path) => new URL(fileUrl(path)).href.replace(/\/$/, ""));
  const rules: ImportRules = {
    folder: new URL(".", entry),
    mayRead: ({ href }) => readable.some((path) => href === path || href.startsWith(`${path}/`)),
  };
  const seen = new Map([[entry.pathname, entry]]);
  for (const module of seen.values()) {
    const path = decodeURIComponent(module.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
    if (!world.may({ kind: "read", path })) return path;
    // Deno says better than we could what is not there.
    if (world.files.stat(path)?.isFile !== true) continue;
    const text = new TextDecoder().decode(await world.files.read(path));
    for (const found of writtenImports(text)) {
      const verdict = judgeImport(found, module, rules);
      if (verdict.kind === "refused") return found.specifier;
      if (verdict.kind === "module") seen.set(verdict.url.pathname, verdict.url);
    }
  }
  return null;
}

type ModuleProblem = Extract<DiagnosticDetail, { code: "E212" }>["problem"];
type Answer = Extract<FromPlugin, { type: "checked" | "refused" }> | { readonly type: "slow" };

/** Loads a module without permissions and asks what it has against these keys. */
async function ask(
  modulePath: string,
  keys: readonly unknown[],
  { baseDirectory, world: { clock } }: PluginCheck,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const host = new PluginHost({
    modulePath,
    permissions: NOTHING_GRANTED,
    baseDirectory,
    hear(message) {
      if (message.type === "checked" || message.type === "refused") resolve(message);
    },
    died: (cause) => resolve({ type: "refused", problem: "broken", cause }),
  });
  const disarm = clock.callAt(clock.now() + LOAD_MS, () => resolve({ type: "slow" }));
  try {
    host.send({ type: "check", keys });
    return await promise;
  } finally {
    disarm();
    host.close();
  }
}

function issuesOf(
  { index, id }: PluginJob,
  type: string,
  issues: readonly KeyIssue[],
): Diagnostic[] {
  return issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
    const key = path.reduce<string>(
      (all, step) => typeof step === "number" ? `${all}[${step}]` : `${all}.${step}`,
      "with",
    );
    const detail = { code: "E213", jobId: id, type, key, cause: message } as const;
    return diagnosticAt(atValue("jobs", index, "with", ...path), detail);
  });
}
