/** The script of the GitHub action, as a runner would start it: what it is told, and what it says. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { ORCH_QUOTED } from "../support/under_test.ts";

const NEEDED = ["bash", "jq", "curl"];

interface Stepped {
  readonly code: number;
  readonly stdout: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the step with these variables. */
async function step(project: Project, env: Readonly<Record<string, string>>): Promise<Stepped> {
  project.write("github_output", "");
  project.write("temp/keep", "");
  // The deno of the tests, for the script looks for one by its name.
  project.write("bin/deno", `#!/bin/sh\nexec '${Deno.execPath()}' "$@"\n`, 0o755);
  const { code, stdout } = await project.shell(`bash ${ROOT}/.github/actions/orch/run.sh`, {
    env: {
      PATH: `${project.path("bin")}:${Deno.env.get("PATH")}`,
      GITHUB_ACTION_PATH: `${ROOT}/.github/actions/orch`,
      GITHUB_OUTPUT: project.path("github_output"),
      RUNNER_TEMP: project.path("temp"),
      RUNNER_OS: "Linux",
      RUNNER_ARCH: "X64",
      ...env,
    },
  }).finished;
  const lines = project.read("github_output").split("\n").filter((line) => line !== "");
  const outputs = Object.fromEntries(lines.map((line) => {
    const cut = line.indexOf("=");
    return [line.slice(0, cut), line.slice(cut + 1)];
  }));
  return { code, stdout, outputs };
}

testNeeding(NEEDED, "the action runs a workflow and says how it ended", async () => {
  await using project = newProject({
    "my flow.yaml": workflow({ id: "a", command: "echo hello" }),
  });
  const { code, outputs } = await step(project, {
    INPUT_WORKFLOW: "my flow.yaml",
    INPUT_ARGS: "--max-concurrent 2   --quiet",
  });
  assertEquals([code, outputs["status"], outputs["failed-jobs"]], [0, "completed", ""]);
  const results = JSON.parse(await Deno.readTextFile(outputs["results-file"]!));
  assertEquals(outputs["run-id"], results.execution_id);
  assertEquals(results.jobs.a.stdout, "hello\n");
});

testNeeding(NEEDED, "the action fails as the run does, and names the jobs", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "lint", command: "exit 1" },
      { id: "test", command: "exit 2" },
      { id: "deploy", command: "true", dependencies: ["test"] },
    ),
  });
  const { code, outputs } = await step(project, { INPUT_WORKFLOW: "w.yaml" });
  assertEquals([code, outputs["status"], outputs["failed-jobs"]], [1, "failed", "lint,test"]);
});

testNeeding(NEEDED, "what the action is told is never read by a shell", async () => {
  const evil = "$(touch evil); `touch evil` * 'x";
  await using project = newProject({ [`${evil}.yaml`]: workflow({ id: "a", command: "true" }) });
  const ran = await step(project, {
    INPUT_WORKFLOW: `${evil}.yaml`,
    INPUT_ARGS: "--quiet\n\n--only\na",
  });
  assertEquals([ran.code, ran.outputs["status"]], [0, "completed"]);
  const refused = await step(project, {
    INPUT_WORKFLOW: `${evil}.yaml`,
    INPUT_ARGS: "--only $(touch${IFS}evil),*",
  });
  assertEquals([refused.code, refused.outputs["status"]], [2, "refused"]);
  assertEquals(project.exists("evil"), false);
});

testNeeding(NEEDED, "without results the status is that of the exit code", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "true" }),
    "taken": "a file where the runs were to be kept",
  });
  const statusWith = async (INPUT_ARGS: string) => {
    const { code, outputs } = await step(project, { INPUT_WORKFLOW: "w.yaml", INPUT_ARGS });
    return [code, outputs];
  };
  assertEquals(await statusWith("--dry-run"), [0, { status: "completed" }]);
  assertEquals(await statusWith("--state-dir taken"), [3, { status: "failed" }]);
});

/** What the action is told, and why it refuses. */
const REFUSED: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{}, "the input workflow is missing"],
  [{ INPUT_WORKFLOW: "w.yaml", INPUT_VERSION: "latest" }, "'latest' is no version such as 1.0.0"],
  [{ INPUT_WORKFLOW: "w.yaml", INPUT_VERSION: "../1" }, "is no version"],
  [
    { INPUT_WORKFLOW: "w.yaml", INPUT_VERSION: "1.0.0", RUNNER_ARCH: "X86" },
    "no program of orch for X86",
  ],
];

for (const [env, why] of REFUSED) {
  testNeeding(NEEDED, `the action refuses: ${why}`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
    const { code, stdout, outputs } = await step(project, env);
    assertEquals([code, outputs], [3, { status: "refused" }]);
    assertMatch(stdout, /^::error title=orch::/);
    assertStringIncludes(stdout, why);
  });
}

testNeeding(NEEDED, "a file that is wrong is refused in orch's own words", async () => {
  await using project = newProject({ "w.yaml": "name: x\n" });
  const { code, outputs } = await step(project, { INPUT_WORKFLOW: "w.yaml" });
  assertEquals([code, outputs], [2, { status: "refused" }]);
});

/** Releases at an address of this machine: a program, and what its checksum is said to be. */
async function publish(
  program: string,
  checksum: string,
): Promise<AsyncDisposable & { url: string }> {
  const name = "orch-x86_64-unknown-linux-gnu";
  const files: Readonly<Record<string, string>> = {
    [`/v1.2.3/${name}`]: program,
    "/v1.2.3/SHA256SUMS": `${checksum}  ${name}\n${"0".repeat(64)}  other\n`,
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const text = files[new URL(request.url).pathname];
    return text === undefined ? new Response(null, { status: 404 }) : new Response(text);
  });
  await Promise.resolve();
  const { port } = server.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

testNeeding(NEEDED, "a released program runs once its checksum is the published one", async () => {
  const program = `#!/bin/sh\ntouch started\nexec ${ORCH_QUOTED} "$@"\n`;
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const told = { INPUT_WORKFLOW: "w.yaml", INPUT_ARGS: "-q" };

  await using tampered = await publish(`${program}# changed\n`, await sha256(program));
  const refused = await step(project, {
    ...told,
    INPUT_VERSION: "1.2.3",
    ORCH_RELEASES: tampered.url,
  });
  assertEquals([refused.code, refused.outputs], [3, { status: "refused" }]);
  assertStringIncludes(refused.stdout, "is not what its checksum says: not run");
  assertEquals(project.exists("started"), false);

  await using released = await publish(program, await sha256(program));
  const missing = await step(project, {
    ...told,
    INPUT_VERSION: "9.9.9",
    ORCH_RELEASES: released.url,
  });
  assertStringIncludes(missing.stdout, "cannot download");
  const ran = await step(project, {
    ...told,
    INPUT_VERSION: "v1.2.3",
    ORCH_RELEASES: released.url,
  });
  assertEquals([ran.code, ran.outputs["status"]], [0, "completed"]);
  assertEquals(project.exists("started"), true);
});
