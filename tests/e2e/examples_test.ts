/** The example files: each says what it is, runs anywhere, twice, and leaves nothing behind. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, ROOT, testNeeding } from "../support/cli.ts";

/** A project that holds a copy of the examples. */
function examples(): Project {
  const project = newProject();
  for (const path of filesBelow(`${ROOT}/examples`)) {
    const { mode } = Deno.statSync(`${ROOT}/examples/${path}`);
    project.write(path, Deno.readFileSync(`${ROOT}/examples/${path}`), mode!);
  }
  return project;
}

/** Paths from `folder`, without the state of runs. */
function filesBelow(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(folder + below)].flatMap(({ name, isDirectory }) => {
    if (name === ".orch") return [];
    const path = `${below}/${name}`;
    return isDirectory ? filesBelow(folder, path) : [path.slice(1)];
  }).sort();
}

async function runTwice(
  project: Project,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const before = filesBelow(project.folder);
  project.write(".orch/keep", "");
  const ends: Record<string, string>[] = [];
  for (const _ of [1, 2]) {
    const args = ["run", file, "-o", ".orch/results.json"];
    const { code, stderr } = await project.orch(args, { env });
    assertEquals(code, 0, stderr);
    assertEquals(filesBelow(project.folder), before, "nothing is left but .orch");
    const { jobs } = project.json(".orch/results.json");
    ends.push(Object.fromEntries(
      Object.values(jobs).map(({ id, status, attempts }) => [id, `${status} ${attempts}`]),
    ));
  }
  if (file !== "job_types.yaml") assertEquals(ends[1], ends[0]!, "each run is the same");
  return ends[1]!;
}

Deno.test("every example opens with a comment that says how to run it, and validates", async () => {
  await using project = examples();
  const files = project.list(".").filter((name) => name.endsWith(".yaml"));
  assertEquals(files, [
    ...["ci_cd.yaml", "conditions.yaml", "job_types.yaml", "plugin.yaml", "retries.yaml"],
    "sample_workflow.yaml",
  ]);
  for (const file of files) {
    const comment = /^(#.*\n)+/.exec(project.read(file))?.[0] ?? "";
    assertStringIncludes(comment, `npx --yes deno@2.9.6 task run examples/${file}`);
  }
  // As a program of its own: `deno test` checks the types of what plugins load, for seconds.
  const { code, stdout } = await project.spawn(["validate", ...files]).finished;
  assertEquals([code, stdout.split("\n").length], [0, files.length + 1]);
});

Deno.test("sample_workflow.yaml says where it comes from, and takes about five seconds", async () => {
  await using project = examples();
  assertMatch(
    project.read("sample_workflow.yaml"),
    /^(#.*\n)*# From itdojp\/req2run-benchmark, MIT, Copyright \(c\) 2024 IT Dojo Japan/,
  );
  const { code } = await project.orch(["run", "sample_workflow.yaml", "-q", "-o", "r.json"]);
  const { counts, duration_seconds } = project.json("r.json");
  assertEquals([code, counts.success], [0, 14]);
  assert(duration_seconds > 4 && duration_seconds < 10, `${duration_seconds} s`);
});

testNeeding(["bash"], "ci_cd.yaml builds, tests and deploys", async () => {
  await using project = examples();
  assertEquals(await runTwice(project, "ci_cd.yaml"), {
    build: "success 1",
    test: "success 1",
    deploy: "success 1",
  });
});

testNeeding(["bash", "python3"], "job_types.yaml runs all four types, offline", async () => {
  await using project = examples();
  const ends = await runTwice(project, "job_types.yaml", { ORCH_EXAMPLE_PORT: freePort() });
  assertEquals(Object.values(ends).filter((end) => end.startsWith("success")).length, 5);
  const { jobs } = project.json(".orch/results.json");
  assertEquals(jobs["ask_service"]!.stdout, '{"status": "up", "path": "/health"}');
  assertMatch(jobs["service"]!.stdout, /^listening on 127\.0\.0\.1:\d+\nanswered, done\n$/);
  assertMatch(jobs["inventory"]!.stdout, /found 6 example workflows/);
});

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String((listener.addr as Deno.NetAddr).port);
}

Deno.test("retries.yaml fails, waits, is stopped, and succeeds, the same in every run", async () => {
  await using project = examples();
  assertEquals(await runTwice(project, "retries.yaml"), {
    flaky: "success 3",
    stuck: "success 2",
    publish: "success 1",
  });
});

const MAIN = {
  lint: "success 1",
  build: "success 1",
  style_report: "success 1",
  deploy_release: "skipped 0",
  announce: "skipped 0",
  summary: "success 1",
};

/** The variables of a CI system, and what conditions.yaml makes of them. */
const BRANCHES: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
  [{ GITHUB_REF_NAME: "main" }, MAIN],
  [{ CI_COMMIT_BRANCH: "topic/x" }, MAIN],
  [{ GITHUB_REF_NAME: "release/2.0" }, {
    ...MAIN,
    deploy_release: "success 1",
    announce: "success 1",
  }],
  [{ GITHUB_HEAD_REF: "topic", GITHUB_REF_NAME: "release/2.0" }, MAIN],
];

for (const [env, expected] of BRANCHES) {
  Deno.test(`conditions.yaml with ${JSON.stringify(env)} runs what the branch allows`, async () => {
    await using project = examples();
    assertEquals(await runTwice(project, "conditions.yaml", env), expected);
  });
}

testNeeding(["git"], "the branch is git's where no variable names one", async () => {
  await using project = examples();
  await project.shell("git init -q -b release/3.1 .").finished;
  await project.orch(["run", "conditions.yaml", "-q", "-o", "r.json"]);
  assertEquals(project.json("r.json").jobs["deploy_release"]!.status, "success");
});

Deno.test("plugin.yaml runs a job type of its own, as it is confined there", async () => {
  await using project = examples();
  const flags = ["-q", "-o", "r.json", "--state-dir", "state"];
  const { code, stderr } = await project.spawn(["run", "plugin.yaml", ...flags]).finished;
  assertEquals(code, 0, stderr);
  const { outputs, stdout } = project.json("r.json").jobs["examples"]!;
  const bytes = new TextEncoder().encode(project.read("retries.yaml"));
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  assertEquals(outputs!["retries.yaml"], sum);
  assertStringIncludes(stdout, `${sum}  retries.yaml\n`);

  project.write("plugin.yaml", project.read("plugin.yaml").replace("read: [.]", "read: [scripts]"));
  assertEquals((await project.spawn(["run", "plugin.yaml", ...flags]).finished).code, 1);
  const refused = project.json("r.json").jobs["examples"]!;
  assertMatch(refused.stderr, /NotCapable: Requires read access to .*ci_cd\.yaml/);
});

Deno.test("library.ts runs a workflow and says what happens", async () => {
  const path = `${ROOT}/examples/library.ts`;
  assertStringIncludes(
    await Deno.readTextFile(path),
    "npx --yes deno@2.9.6 run --allow-all examples/library.ts",
  );
  const args = ["run", "--allow-all", path];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  assertEquals(code, 0, text.decode(stderr));
  const lines = text.decode(stdout).trim().split("\n");
  assertEquals(lines.toSorted(), [
    ...["after skipped: needs broken, which did not succeed", "broken failed: exit code 3"],
    ...["broken started", "count completed", "count printed 3", "count started"],
    ...["failed: 3 of 5 succeeded", "fetch completed", "fetch started"],
    ...["flaky again: exit code 1", "flaky completed", "flaky started", "flaky started"],
  ]);
});
