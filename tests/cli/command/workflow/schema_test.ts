/**
 * `orch schema`: the copy in the repository is current, every key has a description, it accepts what
 * orch accepts, and it refuses what orch refuses for reasons that JSON Schema can tell.
 */
import { TEMPLATES } from "../../../../lib/core/base/choices.ts";
import { parse } from "@std/yaml/parse";
import { keyPathsOf } from "../../../../lib/core/workflow/json_schema.ts";
import { parseWorkflow } from "../../../../lib/core/workflow/parse.ts";
import type { SchemaNode } from "../../../../lib/core/workflow/keys/key.ts";
import { templateText } from "../../../../lib/cli/command/workflow/templates.ts";
import { SCHEMA_ADDRESS } from "../../../../lib/cli/base/version.ts";
import { KEY_TEXTS } from "../../../../lib/view/problem/key_text.ts";
import { assert, assertEquals, assertMatch } from "../../../support/assert.ts";
import { newProject, ROOT } from "../../../support/cli.ts";
import { pageText, USER_PAGES } from "../../../support/pages.ts";
import { blocksOf } from "../../../support/docs.ts";
import { problemsBySchema } from "../../../support/tools.ts";

const KEPT = Deno.readTextFileSync(`${ROOT}/schema/orch.schema.json`);
const SCHEMA = JSON.parse(KEPT) as SchemaNode;

/** Mistakes of one value or one job by itself: the schema must see them too. */
const SEEN_BY_SCHEMA = /^E(20[1-389]|207|210|301|302|309|310)$/;

Deno.test("schema/orch.schema.json is what orch schema prints: deno task schema writes it", async () => {
  await using project = newProject();
  const { code, stdout, stderr } = await project.orch(["schema"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(stdout, KEPT);
});

Deno.test("the schema is draft-07 and says where it is published", () => {
  assertEquals(SCHEMA["$schema"], "http://json-schema.org/draft-07/schema#");
  assertEquals(SCHEMA["$id"], SCHEMA_ADDRESS);
  const { name, version } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  assertEquals(SCHEMA_ADDRESS, `https://jsr.io/${name}/${version}/schema/orch.schema.json`);
});

Deno.test("every key has a description in a sentence or two, and no description is left over", () => {
  const paths = ["", "jobs.*", ...keyPathsOf(SCHEMA)];
  assertEquals(Object.keys(KEY_TEXTS).sort(), paths.sort());
  for (const [path, text] of Object.entries(KEY_TEXTS)) {
    assertMatch(text, /^[\w$].{8,140}[.]$/, path);
  }
});

interface Candidate {
  readonly name: string;
  readonly data: unknown;
}

/** Every file of ours that is right. */
function rightFiles(): Candidate[] {
  const examples = [...Deno.readDirSync(`${ROOT}/examples`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ name, text: Deno.readTextFileSync(`${ROOT}/examples/${name}`) }));
  const templates = TEMPLATES.map((name) => ({ name, text: templateText(name, name) }));
  const documented = USER_PAGES.flatMap((page) => blocksOf(pageText(page)))
    .filter(({ language }) => language === "yaml")
    .map(({ line, text }) => ({ name: `line ${line}`, text }));
  return [...examples, ...templates, ...documented]
    .map(({ name, text }) => ({ name, data: parse(text, { schema: "core" }) }))
    .filter(({ data }) => parseWorkflow(data).ok);
}

Deno.test("it accepts every example, every template and every workflow of the pages", async () => {
  const files = rightFiles();
  assert(files.length >= 5 + TEMPLATES.length + 3, `${files.length} files`);
  const problems = await problemsBySchema(SCHEMA, files.map(({ data }) => data));
  assertEquals(problems, files.map(() => null), files.map(({ name }) => name).join(", "));
});

/** One job of each type, with every key there is. */
const WHOLE = {
  name: "w",
  version: "1",
  description: "d",
  global_config: {
    max_retries: 1,
    timeout: 60,
    max_concurrent_jobs: "$(nproc) * 2",
    environment: { CI: true },
    resource_limits: { max_memory_mb: 100, max_cpu_percent: 50.5 },
    enforce: "best-effort",
    processes: "shared",
  },
  jobs: [
    {
      id: "a.b-C_1",
      name: "A",
      job_type: "command",
      command: "true",
      working_directory: ".",
      environment: { A: "x", B: 1, C: false },
      dependencies: [],
      conditions: { skip_if_failed: [], only_if_branch: ["main"] },
      retry_config: {
        max_attempts: 2,
        initial_delay: 0,
        max_delay: 1,
        backoff_factor: 1.5,
        jitter: 0.5,
      },
      resource_limits: {
        max_memory_mb: 1,
        max_cpu_percent: 1,
        max_execution_time: 1,
        max_concurrent_jobs: 1,
      },
      timeout: 0.5,
      enforce: "best-effort",
      idempotent: false,
      leaves: true,
      processes: "shared",
      tags: ["x"],
    },
    { id: "s", job_type: "script", script_path: "x.sh" },
    { id: "p", job_type: "python", command: "print()" },
    {
      id: "h",
      job_type: "http",
      command: "https://example.com",
      http: { method: "post", headers: { "X-A": "b" }, body: "c", expect_status: [200] },
    },
  ],
};

const REPLACEMENTS = [
  ...[null, "", " ", "x", "nul", "é/", "a\nb", "4", 0, -1, 1, 1.5, 2e9, true, [], {}],
  ...[["x"], ["x", 1], { A: "b" }, { A: 1 }, { "A B": "c" }, { A: null }, [200, 99], "require"],
  ...["script", "http", "GET", "delete", "CONNECT", "$(nproc)", "x".repeat(65), "x".repeat(201)],
];

/** The whole file with one thing changed, at every place: put in place of a value, left out, or added. */
function* changedFiles(): Iterable<Candidate> {
  for (const path of placesIn(WHOLE)) {
    const at = path.join("/");
    for (const value of REPLACEMENTS) {
      yield { name: `${at} = ${JSON.stringify(value)}`, data: changed(path, () => value) };
    }
    yield { name: `no ${at}`, data: changed(path, () => undefined) };
    yield {
      name: `${at}/extra`,
      data: changed(path, (value) => isMapping(value) ? { ...value, extra: "x" } : value),
    };
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function* placesIn(value: unknown, path: readonly string[] = []): Iterable<readonly string[]> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* placesIn(inner, [...path, key]);
}

/** A copy of the whole file in which `change` was applied at `path`. */
function changed(path: readonly string[], change: (value: unknown) => unknown): unknown {
  const visit = (value: unknown, depth: number): unknown => {
    if (depth === path.length) return change(value);
    const key = path[depth]!;
    if (Array.isArray(value)) {
      return value.map((inner, i) => String(i) === key ? visit(inner, depth + 1) : inner)
        .filter((inner) => inner !== undefined);
    }
    const mapping = value as Record<string, unknown>;
    const { [key]: inner, ...others } = mapping;
    const next = visit(inner, depth + 1);
    return next === undefined ? others : { ...others, [key]: next };
  };
  return visit(WHOLE, 0) ?? null;
}

Deno.test("it refuses what orch refuses for the shape, and nothing that orch accepts", async () => {
  const files = [...changedFiles()];
  const problems = await problemsBySchema(SCHEMA, files.map(({ data }) => data));
  const wrong: string[] = [];
  const counts = { accepted: 0, refused: 0 };
  files.forEach(({ name, data }, i) => {
    const parsed = parseWorkflow(data);
    const codes = parsed.ok ? [] : parsed.diagnostics.map(({ detail }) => detail.code);
    const problem = problems[i]!;
    if (parsed.ok) counts.accepted++;
    if (parsed.ok && problem !== null) {
      wrong.push(`orch accepts ${name}, the schema not: ${problem}`);
    }
    if (!codes.some((code) => SEEN_BY_SCHEMA.test(code))) return;
    counts.refused++;
    if (problem === null) wrong.push(`orch refuses ${name} (${codes}), the schema does not`);
  });
  assertEquals(wrong, []);
  assert(counts.accepted > 300 && counts.refused > 1000, JSON.stringify(counts));
});
