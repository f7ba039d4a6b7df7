/**
 * One run whose orch was killed, with its journal damaged in every way, by seeds: resume refuses it or goes
 * on, and the ledger never has a job twice that must not run twice. With real processes and files.
 */
import { assert, assertNotMatch } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { DAMAGES } from "../support/damage.ts";
import { killOrch, runOf } from "../support/lives.ts";
import { Dice } from "../support/random.ts";

const TIMES = Number(Deno.env.get("ORCH_DAMAGED_RUNS") ?? 26);
const KINDS = Object.keys(DAMAGES);

const once = (id: string, ...dependencies: readonly string[]) => ({
  ...{ id, command: `echo ${id} >> ledger`, idempotent: false, dependencies },
});
const WORKFLOW = workflow(
  once("charge"),
  once("refund"),
  { id: "mail", command: "echo mail >> ledger", dependencies: ["charge"] },
  // It ends only with its orch, the first time; then it is done at once.
  {
    id: "wait",
    command: "test -e waited || { touch waited; sleep 600; }",
    dependencies: ["mail", "refund"],
  },
  once("close", "wait"),
);

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  assert(success);
}

/** A project whose orch was killed while `wait` ran, all of it kept under `kept`. */
async function killed(): Promise<Project> {
  const project = newProject({ "w.yaml": WORKFLOW });
  const orch = project.spawn(["run", "w.yaml", "--no-live"]);
  await project.waitForFile("waited");
  await killOrch(orch);
  await Deno.mkdir(project.path("kept"));
  for (const name of [".orch", "ledger"]) await copy(project.path(name), project.path("kept"));
  return project;
}

async function putBack(project: Project): Promise<void> {
  for (const name of [".orch", "ledger"]) {
    await Deno.remove(project.path(name), { recursive: true });
    await copy(project.path(`kept/${name}`), project.path(name));
  }
}

Deno.test(`${TIMES} damaged journals of a killed run are refused or go on, and no job runs twice that must not`, async () => {
  await using elsewhere = newProject({ "w.yaml": WORKFLOW, waited: "" });
  assert((await elsewhere.orch(["run", "w.yaml", "-q"])).code === 0);
  const other = await Deno.readFile(runOf(elsewhere).journalPath);
  await using project = await killed();
  const { journalPath, runId } = runOf(project);
  const bytes = await Deno.readFile(journalPath);
  let wentOn = 0;
  for (let seed = 0; seed < TIMES; seed++) {
    const kind = KINDS[seed % KINDS.length]!;
    await putBack(project);
    const damaged = DAMAGES[kind]!({ bytes, other, dice: new Dice(seed) });
    await Deno.writeFile(journalPath, damaged);
    const { code, stderr } = await project.orch(["resume", runId, "--no-live"]);
    const what = `seed ${seed}, ${kind}: exit ${code}\n${stderr}`;
    assert([0, 1, 3].includes(code), what);
    assertNotMatch(stderr, /bug in orch/, what);
    if (code !== 3) wentOn++;
    const ledger = project.read("ledger").trimEnd().split("\n");
    for (const id of ["charge", "refund", "close"]) {
      assert(ledger.filter((line) => line === id).length <= 1, `${what}${id} ran twice`);
    }
  }
  assert(wentOn < TIMES, "something is refused");
});
