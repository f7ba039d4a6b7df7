/**
 * `deno run -A tests/release/keep.ts`: keeps the journal and the plans of a run of this release in
 * `tests/release/data/<version>/`, where `journals_test.ts` reads them from now on. The run lives
 * through everything that an event tells of: an orch that is killed, a changed workflow, Ctrl-Z, Ctrl-C.
 */
import { VERSION } from "../../lib/cli/base/version.ts";
import { runDirectoryAt } from "../../lib/runtime/state/run_directory.ts";
import { readRun } from "../../lib/runtime/store/read_run.ts";
import { RunStore } from "../../lib/runtime/store/run_store.ts";
import {
  eventually,
  newProject,
  type Project,
  ROOT,
  type Running,
  workflow,
} from "../support/cli.ts";
import { factsOf } from "./summary.ts";
import { WORDS } from "./words.ts";

const HELD = { id: "held", command: "until test -e go; do sleep 0.02; done" };
const JOBS = [
  { id: "quick", command: "echo quick", tags: ["check"] },
  {
    id: "flaky",
    command: "test $ORCH_ATTEMPT = 2",
    retry_config: { max_attempts: 3, initial_delay: 0.1 },
    resource_limits: { max_memory_mb: 200 },
  },
  { id: "slow", command: "sleep 30", timeout: 0.3 },
  { id: "behind", command: "true", dependencies: ["slow"] },
  { id: "elsewhere", command: "true", conditions: { only_if_branch: ["release/*"] } },
  { id: "script", job_type: "script", script_path: "none.sh" },
  { id: "python", job_type: "python", command: "print('snake')" },
  { id: "web", job_type: "http", command: "http://127.0.0.1:9/", http: { method: "GET" } },
  HELD,
];

await using project = newProject();
project.write(
  "w.yaml",
  workflow(...JOBS, { id: "after", command: "true", dependencies: ["held"] }),
);
const killed = project.spawn(["run", "w.yaml", "-q", "--grace", "1"], {
  env: { GITHUB_REF_NAME: "topic" },
});
await seen(project, '"e":"job_skipped","jobId":"behind"');
await seen(project, '"e":"job_started","jobId":"held"');
Deno.kill(killed.pid!, "SIGKILL");
await killed.finished;
await eventually(() => project.processes().length === 0, "the jobs to be ended");

const changed = { id: "after", command: "echo changed", dependencies: ["held"] };
project.write(
  "w.yaml",
  workflow(...JOBS, changed, { id: "extra", dependencies: ["after"], command: "true" }),
);
const stopped = project.spawn(["resume", "-q"]);
await seen(project, '"e":"run_resumed"');
await eventually(() => project.processes().length > 0, "the job to begin again");
await pause(stopped);
await seen(project, '"e":"pause_ended"');
stopped.signal("SIGINT");
await stopped.finished;

project.write("go", "");
await project.spawn(["resume", "-q"]).finished;
await keep(project);

/** Waits until this stands in the journal. */
async function seen({ folder }: Project, text: string): Promise<void> {
  await eventually(() => {
    const [place] = RunStore.find({ cwd: () => folder, env: () => undefined }, {}).list();
    if (place === undefined) return false;
    const { journalPath } = runDirectoryAt(place.path, place.runId);
    try {
      return Deno.readTextFileSync(journalPath).includes(text);
    } catch {
      return false;
    }
  }, text);
}

/** Ctrl-Z, and on. */
async function pause({ pid }: Running): Promise<void> {
  Deno.kill(pid!, "SIGTSTP");
  const isStopped = () => /\) T /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  await eventually(isStopped, "orch to stop");
  Deno.kill(pid!, "SIGCONT");
}

async function keep({ folder }: Project): Promise<void> {
  const [place] = RunStore.find({ cwd: () => folder, env: () => undefined }, {}).list();
  const read = await readRun(place!.path);
  if (!read.ok) throw new Error(read.problem.kind);
  const target = `${ROOT}/tests/release/data/${VERSION}`;
  await Deno.mkdir(target, { recursive: true });
  for await (const { name } of Deno.readDir(place!.path)) {
    if (!/^(journal\.jsonl|plan.*\.json)$/.test(name)) continue;
    await Deno.copyFile(`${place!.path}/${name}`, `${target}/${name}`);
    await Deno.chmod(`${target}/${name}`, 0o644);
  }
  for (const [name, facts] of [["facts", factsOf(read.record)], ["words", WORDS]]) {
    await Deno.writeTextFile(`${target}/${name}.json`, `${JSON.stringify(facts, null, 2)}\n`);
  }
}
