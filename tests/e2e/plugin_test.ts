/**
 * Plugins at work: what their code may reach, how it is ended, and what becomes of what it says. They
 * are written in JavaScript here, since `deno test` checks the types of what workers load, for seconds.
 */
import type { JobResult, Results } from "../support/results_file.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { ENTRY, testWithAll } from "../support/under_test.ts";

type Permissions = Readonly<Record<string, readonly string[] | boolean>>;

/** A workflow of jobs that the plugin `./plugin.js` does, as type `own`. */
function ownJobs(permissions: Permissions, ...jobs: readonly object[]): string {
  const { name, jobs: all } = JSON.parse(
    workflow(...jobs.map((job, i) => ({ id: `j${i}`, job_type: "own", ...job }))),
  );
  const plugins = [{ type: "own", path: "./plugin.js", permissions }];
  return JSON.stringify({ name, plugins, jobs: all }, null, 1);
}

/** A project whose plugin does `body` with `keys` and `context`. */
function projectOf(
  body: string,
  permissions: Permissions = {},
  ...jobs: readonly object[]
): Project {
  return newProject({
    "plugin.js": `export default { async run(keys, context) { ${body} } };\n`,
    "w.yaml": ownJobs(permissions, ...(jobs.length === 0 ? [{}] : jobs)),
  });
}

async function resultsOf(project: Project, ...flags: readonly string[]): Promise<Results> {
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json", ...flags]);
  return project.json("r.json");
}

async function onlyJob(project: Project, ...flags: readonly string[]): Promise<JobResult> {
  return (await resultsOf(project, ...flags)).jobs["j0"]!;
}

Deno.test("a plugin cannot read a file it may not read, and says so in the job's log", async () => {
  await using project = projectOf('console.log(Deno.readTextFileSync("/etc/hostname"));');
  const { status, exit_code, stdout, stderr } = await onlyJob(project);
  assertEquals({ status, exit_code, stdout }, { status: "failed", exit_code: 1, stdout: "" });
  assertStringIncludes(stderr, 'NotCapable: Requires read access to "/etc/hostname"');
});

/** What needs a permission, which, and what the code prints where it has it. */
const REACHES: readonly (readonly [string, Permissions, string])[] = [
  ['Deno.env.get("ORCH_TEST_SECRET") ?? "unset"', { env: ["ORCH_TEST_SECRET"] }, "unset"],
  [
    'Deno.writeTextFileSync(`${context.workingDirectory}/out/x`, "")',
    { write: ["out"] },
    "undefined",
  ],
  ['new Deno.Command("true").outputSync().code', { run: ["true"] }, "0"],
  ["typeof Deno.hostname()", { sys: ["hostname"] }, "string"],
];

for (const [code, permissions, printed] of REACHES) {
  const [kind] = Object.keys(permissions);
  const test = kind === "sys" ? testWithAll : Deno.test;
  test(`a plugin has '${kind}' only where that is listed`, async () => {
    const body = `console.log(String(${code}));`;
    await using without = projectOf(body);
    const refused = await onlyJob(without);
    assertMatch(refused.stderr, new RegExp(`NotCapable: Requires ${kind} access`));
    await using withIt = projectOf(body, permissions);
    withIt.write("out/keep", "");
    const { status, stdout, stderr } = await onlyJob(withIt);
    assertEquals([status, stdout], ["success", `${printed}\n`], stderr);
  });
}

Deno.test("a plugin reaches no host but those listed", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("hello"),
  );
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [listed, unlisted] = [server.addr, other.addr].map((addr) =>
    `127.0.0.1:${(addr as Deno.NetAddr).port}`
  );
  const body = `for (const host of ["${listed}", "${unlisted}"]) {
    console.log(await (await fetch("http://" + host)).text());
  }`;
  await using project = projectOf(body, { net: [listed!] });
  const { stdout, stderr } = await onlyJob(project);
  assertEquals(stdout, "hello\n");
  assertStringIncludes(stderr, `NotCapable: Requires net access to "${unlisted}"`);
});

Deno.test("paths among the permissions start from the workflow file", async () => {
  const body = `for (const name of ["data/in.txt", "secret.txt"]) {
    console.log(Deno.readTextFileSync(context.workingDirectory + "/" + name));
  }`;
  await using project = projectOf(body, { read: ["data"] });
  project.write("data/in.txt", "allowed");
  project.write("secret.txt", "secret");
  const { stdout, stderr } = await onlyJob(project);
  assertEquals(stdout, "allowed\n");
  assertMatch(stderr, /NotCapable: Requires read access to ".*secret\.txt"/);
});

Deno.test("a plugin that never returns is ended when the run is cancelled", async () => {
  const body = 'console.log("waiting"); await new Promise(() => {});';
  await using project = projectOf(body);
  const running = project.begin(["run", "w.yaml", "--grace", "0.1", "-o", "r.json"]);
  await project.waitForFile("w.yaml");
  await running.stderr.waitFor(/start {5}j0/);
  running.signal("SIGINT");
  assertEquals((await running.finished).code, 130);
  assertEquals(project.json("r.json").jobs["j0"]!.status, "cancelled");
});

Deno.test("a plugin that is busy without end is ended at its time limit", async () => {
  await using project = projectOf('console.log("busy"); for (;;);', {}, { timeout: 0.5 });
  const { status, error_message, stdout } = await onlyJob(project, "--grace", "0.1");
  assertEquals([status, error_message, stdout], [
    "failed",
    "Job timed out after 0.5 seconds",
    "busy\n",
  ]);
});

Deno.test("a plugin is asked to end before it is made to", async () => {
  const body = `await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    console.log("tidied up");`;
  await using project = projectOf(body, {}, { timeout: 1.5 });
  const { status, stdout } = await onlyJob(project, "--grace", "20");
  assertEquals([status, stdout], ["failed", "tidied up\n"]);
});

Deno.test("a plugin that throws fails, with the place in its log, and is tried again", async () => {
  const body = 'if (context.attempt < 3) throw new Error("boom"); return { outputs: { at: 3 } };';
  const retry_config = { max_attempts: 3, initial_delay: 0 };
  await using project = projectOf(body, {}, { retry_config });
  const { status, attempts, outputs } = await onlyJob(project);
  assertEquals([status, attempts, outputs], ["success", 3, { at: 3 }]);
  const [run] = project.list(".orch/runs");
  assertMatch(
    project.read(`.orch/runs/${run}/jobs/j0.1.err`),
    /^Error: boom\n {4}at .*plugin\.js:1:\d+/,
  );
});

Deno.test("a plugin that floods its output is held back, and its log is cut", async () => {
  const body = 'const line = "x".repeat(999); for (let i = 0; i < 10_000; i++) console.log(line);';
  await using project = projectOf(body, {}, {}, { job_type: "command", command: "echo beside it" });
  const before = Deno.memoryUsage().rss;
  const { jobs } = await resultsOf(project, "--max-log", "1M");
  assertEquals([jobs["j0"]!.status, jobs["j1"]!.stdout], ["success", "beside it\n"]);
  const log = await Deno.readTextFile(jobs["j0"]!.log_path!);
  assert(log.length < 1.5 * 2 ** 20, `a log of ${log.length} bytes`);
  const [, cut = 0] = /\n\[orch: (\d+) bytes cut here\]\n/.exec(log) ?? [];
  const kept = log.replace(/\n\[orch: .*\n/, "").length;
  assertEquals(Number(cut) + kept, 10_000_000, "what is cut and what is kept is all of it");
  const grownMb = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert(grownMb < 150, `${grownMb} MB for 10 MB of output`);
});

Deno.test("a flood without end does not keep time limits from their time", async () => {
  const body = 'for (;;) console.log("x".repeat(999));';
  await using project = projectOf(body, {}, { timeout: 0.5 });
  const { error_message, duration_seconds } = await onlyJob(
    project,
    ...["--grace", "0.1", "--max-log", "1M"],
  );
  assertEquals(error_message, "Job timed out after 0.5 seconds");
  assert(duration_seconds! < 3, `${duration_seconds} s`);
});

Deno.test("whatever a plugin prints with goes to its log, and nothing to the terminal", async () => {
  const body = `
    const bytes = (text) => new TextEncoder().encode(text);
    console.log("log", { a: 1 });
    Deno.stdout.writeSync(bytes("stdout\\n"));
    await Deno.stdout.write(bytes("async\\n"));
    await Deno.stdout.writable.getWriter().write(bytes("stream\\n"));
    process.stdout.write("process\\n");
    console.table([1]);
    context.stdout("context\\n");
    console.error("error");
    Deno.stderr.writeSync(bytes("stderr\\n"));
    context.stderr("\\x1b[2Jclear\\n");`;
  await using project = projectOf(body);
  const source = project.read("plugin.js");
  project.write("plugin.js", `import process from "node:process";\n${source}`);
  const { stdout, stderr } = await project.spawn(["run", "w.yaml", "-o", "r.json"]).finished;
  assertEquals(stdout, "");
  assertEquals(stderr.split("\n").filter((line) => /log|stdout|process|error|clear/.test(line)), [
    stderr.split("\n").find((line) => line.startsWith("logs in"))!,
  ]);
  const job = project.json("r.json").jobs["j0"]!;
  assertEquals(
    job.stdout,
    "log { a: 1 }\nstdout\nasync\nstream\nprocess\n[ 1 ]\ncontext\n",
  );
  assertEquals(job.stderr, "error\nstderr\n\x1b[2Jclear\n");
});

/** How an attempt ends, and what the results say of it. */
const ENDS: readonly (readonly [string, string, number | null, RegExp])[] = [
  ["returns nothing", "", 0, /^$/],
  ["returns an exit code", "return { exitCode: 7 };", 7, /^$/],
  ["exits", "Deno.exit(3);", 3, /^$/],
  ["closes its worker", "self.close(); await new Promise(() => {});", 0, /^$/],
  [
    "rejects what nobody awaits",
    'Promise.reject(new Error("late")); await new Promise(() => {});',
    1,
    /Error: late/,
  ],
  [
    "throws in a timer",
    'setTimeout(() => { throw new Error("tick"); }); await new Promise(() => {});',
    1,
    /Error: tick/,
  ],
  ["throws what is no error", "throw { code: 5 };", 1, /^\{ code: 5 \}\n$/],
  [
    "returns no exit code",
    "return { exitCode: 256 };",
    1,
    /^orch: the exit code must be a whole number/,
  ],
  [
    "returns outputs that are no values",
    "return { outputs: { a: {} } };",
    1,
    /^orch: output 'a' must be text/,
  ],
  [
    "returns too many outputs",
    "return { outputs: Object.fromEntries(Array(65).entries().map(([i]) => [`k${i}`, i])) };",
    1,
    /^orch: outputs must be at most 64/,
  ],
  [
    "returns too long outputs",
    'return { outputs: { a: "x".repeat(40_000) } };',
    1,
    /^orch: outputs must have at most/,
  ],
];

for (const [what, body, exitCode, stderr] of ENDS) {
  Deno.test(`a plugin that ${what} ends with ${exitCode}`, async () => {
    await using project = projectOf(body);
    const job = await onlyJob(project);
    assertEquals([job.status, job.exit_code], [exitCode === 0 ? "success" : "failed", exitCode]);
    assertMatch(job.stderr, stderr);
  });
}

Deno.test("a plugin knows its job, and gets its keys as its schema makes them", async () => {
  await using project = newProject({
    "plugin.js": `
      import { defineExecutor } from "@orch/orch/plugin";
      import { z } from "zod";
      import { shout } from "./shout.js";
      export default defineExecutor({
        schema: z.strictObject({ who: z.string(), times: z.int().default(2) }),
        run({ who, times }, { jobId, attempt, environment }) {
          console.log(shout(who).repeat(times), jobId, attempt, environment["GREETING"]);
        },
      });`,
    "shout.js": "export const shout = (text) => text.toUpperCase();",
    "w.yaml": ownJobs({}, { with: { who: "ann" }, environment: { GREETING: "hi $USER_NAME" } }),
  });
  const env = { USER_NAME: "bo" };
  const { stderr } = await project.spawn(["run", "w.yaml", "-o", "r.json"], { env }).finished;
  assertEquals(project.json("r.json").jobs["j0"]!.stdout, "ANNANN j0 1 hi bo\n", stderr);
});

Deno.test("resume keeps plugins, and a changed permission runs its jobs again", async () => {
  const body =
    'console.log("ran"); if (keys.fail) Deno.readTextFileSync(context.workingDirectory + "/key");';
  const jobs = [{ with: {} }, { with: { fail: true }, dependencies: ["j0"] }];
  await using project = projectOf(body, { read: ["key"] }, ...jobs);
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  project.write("key", "");
  const again = await project.orch([
    "rerun",
    "last",
    "--failed",
    "--as-planned",
    "-q",
    "-o",
    "r.json",
  ]);
  assertEquals(again.code, 0, again.stderr);
  const { jobs: ended } = project.json("r.json");
  assertEquals([ended["j0"]!.attempts, ended["j1"]!.attempts], [1, 2]);

  project.write("w.yaml", ownJobs({ read: ["key", "more"] }, ...jobs));
  const changed = await project.orch(["resume", "last", "-o", "r.json"]);
  assertMatch(changed.stderr, /changed.*j0/s);
  assertEquals(project.json("r.json").jobs["j0"]!.attempts, 2);
});

Deno.test("orch that lacks what a plugin is to have says so before the run, with the flags", async () => {
  await using project = projectOf("", { net: ["api.example.com:443"], read: ["/srv"], sys: true });
  const narrow = async (...flags: readonly string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, `${ENTRY}`, "run", project.path("w.yaml")],
      cwd: project.folder,
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  const own = [`--allow-read=${project.folder}`, `--allow-write=${project.folder}`, "--allow-env"];
  const refused = await narrow(...own, "--allow-run=sh");
  assertEquals(refused.code, 2);
  assertMatch(
    refused.stderr,
    /E311.*: Job 'j0' needs a plugin that may reach 'api\.example\.com:443', which orch itself may not\n --> .*w\.yaml:8:\d+/,
  );
  assertMatch(
    refused.stderr,
    /needs a plugin that may ask the system for anything, which orch itself may not/,
  );
  const flags = /To allow all of it, add (--allow-.*)/.exec(refused.stderr)?.[1];
  assertEquals(flags, "--allow-read=/srv --allow-net=api.example.com:443 --allow-sys");
  const [read, ...others] = flags!.split(" ");
  const merged = `${own[0]},${read!.split("=")[1]}`;
  const { code, stderr } = await narrow(merged, own[1]!, own[2]!, "--allow-run=sh", ...others);
  assertEquals(code, 0, stderr);
});

Deno.test("orch permissions names what plugins are to have, and a run under them works", async () => {
  const body = 'console.log(Deno.readTextFileSync("/etc/hostname").length > 0);';
  await using project = projectOf(body, { read: ["/etc/hostname"], env: ["ORCH_TEST_X"] });
  const { stdout } = await project.orch(["permissions", "w.yaml"]);
  assertMatch(stdout, /--allow-read=\.,\/etc\/hostname /);
  assertMatch(stdout, /--allow-env=.*ORCH_TEST_X/);
  const command = stdout.replaceAll("\\\n", " ").trim().replace(/^deno/, `'${Deno.execPath()}'`);
  const { code, stderr } = await project.shell(`${command} --verbose`).finished;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^ +(j0 \| )?true$/m);
});

Deno.test("orch permissions reaches a plugin that stands elsewhere, with the code beside it", async () => {
  await using project = newProject({
    "work/w.yaml": ownJobs({}, {}).replace("./plugin.js", "../types/plugin.js"),
    "types/plugin.js": 'import { n } from "./n.js"; export default { run() { console.log(n); } };',
    "types/n.js": "export const n = 'nine';",
  });
  const text = `cd work; '${Deno.execPath()}' run -A '${ENTRY}' permissions w.yaml`;
  const { stdout } = await project.shell(text).finished;
  const command = stdout.replaceAll("\\\n", " ").trim().replace(/^deno/, `'${Deno.execPath()}'`);
  const { code, stderr } = await project.shell(`cd work; ${command} --verbose`).finished;
  assertEquals(code, 0, stdout + stderr);
  assertMatch(stderr, /^ +(j0 \| )?nine$/m);
});
