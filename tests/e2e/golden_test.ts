/**
 * Whole outputs, as people see them: of runs that end in each way, and of the mistakes that files are
 * most likely to have. What differs from run to run is levelled. `ORCH_UPDATE_GOLDEN=1` writes what is
 * printed now in the place of what is expected; look at the difference before you commit it.
 */
import { assertEquals } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { comparable } from "../support/docs.ts";

const GOLDEN = new URL("golden/", import.meta.url).pathname;

/** Compares text with a golden file, or writes the file where that is asked for. */
function compare(name: string, actual: string): void {
  const path = `${GOLDEN}${name}`;
  if (Deno.env.get("ORCH_UPDATE_GOLDEN") === "1") Deno.writeTextFileSync(path, actual);
  assertEquals(actual, Deno.readTextFileSync(path));
}

const RETRY = { max_attempts: 2, initial_delay: 0.05 };

/** A run: its jobs one after the other, so that the order of lines is always the same. */
interface Scene {
  readonly jobs: readonly object[];
  readonly flags?: readonly string[];
  /** A file at whose sight the run is interrupted. */
  readonly interruptAt?: string;
}

const SCENES: Readonly<Record<string, Scene>> = {
  success: {
    jobs: [
      { id: "setup", command: "echo ready" },
      { id: "build", command: "true", dependencies: ["setup"] },
      { id: "test", command: "true", dependencies: ["build"] },
    ],
  },
  failure_with_retries: {
    jobs: [
      { id: "flaky", command: 'test "$ORCH_ATTEMPT" = 2', retry_config: RETRY },
      {
        id: "broken",
        command: "echo trying; echo 'no such thing' >&2; exit 7",
        dependencies: ["flaky"],
        retry_config: RETRY,
      },
    ],
  },
  skip_chain: {
    jobs: [
      { id: "compile", command: "seq 1 50; exit 1" },
      { id: "test", command: "true", dependencies: ["compile"] },
      { id: "package", command: "true", dependencies: ["test"] },
      { id: "deploy", command: "true", dependencies: ["package"] },
      { id: "clean_up", command: "true", conditions: { skip_if_failed: ["compile"] } },
      { id: "release", command: "true", conditions: { only_if_branch: "no-such-branch" } },
    ],
  },
  interrupted: {
    jobs: [
      { id: "quick", command: "true" },
      { id: "long", command: "echo begun; touch begun; exec sleep 60", dependencies: ["quick"] },
      { id: "after", command: "true", dependencies: ["long"] },
    ],
    interruptAt: "begun",
  },
  fail_fast: {
    jobs: [
      { id: "setup", command: "true" },
      { id: "lint", command: "exit 1", dependencies: ["setup"] },
      { id: "build", command: "true", dependencies: ["setup"] },
    ],
    flags: ["--fail-fast"],
  },
  time_limit: {
    jobs: [{ id: "slow", command: "exec sleep 60", timeout: 0.2 }],
  },
  dry_run: {
    jobs: [{ id: "a", command: "true" }, { id: "b", command: "true", dependencies: ["a"] }],
    flags: ["--dry-run"],
  },
};

for (const [name, { jobs, flags = [], interruptAt }] of Object.entries(SCENES)) {
  Deno.test(`golden: a run that shows ${name.replaceAll("_", " ")}`, async () => {
    await using project = newProject({ "workflow.yaml": workflow(...jobs) });
    const args = ["run", "-c", "1", ...flags];
    const run = project.begin(args, { env: { GITHUB_REF_NAME: "main" } });
    if (interruptAt !== undefined) {
      await project.waitForFile(interruptAt);
      run.signal("SIGINT");
    }
    const { code, stdout, stderr } = await run.finished;
    compare(`${name}.txt`, shown(`orch ${args.join(" ")}`, code, stdout + stderr, project));
  });
}

function shown(command: string, code: number, output: string, project: Project): string {
  return [`$ ${command}`, ...comparable(output, project.folder), `exit ${code}`, ""].join("\n");
}

const MISTAKES = [...Deno.readDirSync(`${GOLDEN}mistakes`)].map(({ name }) => name)
  .filter((name) => !name.endsWith(".txt")).sort();

Deno.test("golden: the likely mistakes are at least twenty", () => {
  assertEquals(MISTAKES.length >= 20, true);
});

for (const file of MISTAKES) {
  Deno.test(`golden: what a file is told that has ${file}`, async () => {
    await using project = newProject({
      [file]: await Deno.readFile(`${GOLDEN}mistakes/${file}`),
    });
    const { code, stdout, stderr } = await project.orch(["validate", file]);
    assertEquals(stdout, "");
    const name = file.replace(/\.\w+$/, ".txt");
    compare(`mistakes/${name}`, `$ orch validate ${file}\n${stderr}exit ${code}\n`);
  });
}
