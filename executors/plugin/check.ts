/**
 * What can be known of plugins before a run: that their modules are there, import nothing that they may
 * not read, and export an executor, and that the keys of each job are what its plugin takes. The last two
 * only the modules themselves can say: they are loaded for that, in workers without any permission, and
 * only where somebody has asked for it. Without that, nothing of a plugin runs.
 */
import {
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
} from "../../lib/core/workflow/diagnostic.ts";
import type { Plugin, PluginAction, Workflow } from "../../lib/core/workflow/workflow.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import { NOTHING_GRANTED, PluginHost } from "./host.ts";
import { modulesOf } from "./modules.ts";
import { couldAsk } from "./prompts.ts";
import type { FromPlugin, KeyIssue } from "./protocol.ts";

/** A module that takes longer to load is refused. */
const LOAD_MS = 10_000;
/** What is said of one job. */
const ISSUES_MAX = 20;

/** Whether the modules are loaded and asked, or only looked at. */
export type PluginAsking = "ask" | "look";

/** What is checked, and from where. */
export interface PluginCheck {
  readonly asking: PluginAsking;
  /** The jobs that are to run, by their places in the file. Plugins that only others use are left alone. */
  readonly selected: readonly number[];
  /** Absolute: what paths of the workflow start from. */
  readonly baseDirectory: string;
  readonly world: Pick<World, "files" | "clock" | "may" | "env" | "stderr" | "processes">;
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
  const modules = await modulesOf(plugin, check);
  if (!modules.ok) return wrongModule(modules.problem, modules.cause);
  if (check.asking === "look") return [];
  if (await couldAsk(world)) return wrongModule("asks");
  const answer = await ask({ modulePath, modules: modules.paths, jobs }, check);
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

type ModuleProblem = Extract<DiagnosticDetail, { code: "E212" }>["problem"];
type Answer = Extract<FromPlugin, { type: "checked" | "refused" }> | { readonly type: "slow" };

/** Loads a module without permissions and asks what it has against these keys. */
async function ask(
  { modulePath, modules, jobs }: {
    readonly modulePath: string;
    readonly modules: readonly string[];
    readonly jobs: readonly PluginJob[];
  },
  { baseDirectory, world: { clock } }: PluginCheck,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const host = new PluginHost({
    modulePath,
    permissions: NOTHING_GRANTED,
    modules,
    baseDirectory,
    hear(message) {
      if (message.type === "checked" || message.type === "refused") resolve(message);
    },
    died: (cause) => resolve({ type: "refused", problem: "broken", cause }),
  });
  const disarm = clock.callAt(clock.now() + LOAD_MS, () => resolve({ type: "slow" }));
  try {
    host.send({ type: "check", keys: jobs.map(({ keys }) => keys) });
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
  return issues.slice(0, ISSUES_MAX).map(({ path, message }) => {
    const key = path.reduce<string>(
      (all, step) => typeof step === "number" ? `${all}[${step}]` : `${all}.${step}`,
      "with",
    );
    const detail = { code: "E213", jobId: id, type, key, cause: message } as const;
    return diagnosticAt(atValue("jobs", index, "with", ...path), detail);
  });
}
