/** `kill -9` of orch at random moments: the run comes to the end of one that was left in peace. */
import { assert, assertEquals } from "../support/assert.ts";
import { eventually, newProject, type Project, type Running } from "../support/cli.ts";
import {
  killOrch,
  outcomesOf,
  recordOf,
  runOf,
  runsOf,
  stateOf,
  statusesOf,
} from "../support/lives.ts";
import { Dice } from "../support/random.ts";

/** Runs that are killed; the long form is for a machine with time. */
const TIMES = Number(Deno.env.get("ORCH_RESUME_TIMES") ?? 10);
/** How often orch is killed in one run, at most. */
const DEATHS_MAX = 3;
/** Each job says when it begins and when it has done its work. */
const begins = "echo begins $ORCH_JOB_ID.$ORCH_ATTEMPT >> effects";
const does = (seconds: number) =>
  `${begins}; sleep ${seconds}; echo does $ORCH_JOB_ID.$ORCH_ATTEMPT >> effects`;
/** Fails until it has failed once. */
const flaky = (seconds: number) =>
  `${begins}; sleep ${seconds}; mkdir flaked_$ORCH_JOB_ID 2>/dev/null && exit 7; ` +
  "echo does $ORCH_JOB_ID.$ORCH_ATTEMPT >> effects";
const again = "{max_attempts: 2, initial_delay: 0.03}";

const WORKFLOW = `
name: mortal
jobs:
  - {id: root, command: "${does(0.02)}"}
  - {id: left, command: "${does(0.1)}", dependencies: [root]}
  - {id: quick, command: "${does(0)}", dependencies: [root]}
  - {id: flaky, command: "${flaky(0.05)}", dependencies: [root], retry_config: ${again}}
  - {id: program, command: "sleep 0.1", dependencies: [root]}
  - {id: fails, command: "${begins}; sleep 0.05; exit 4", dependencies: [left], retry_config: ${again}}
  - {id: skipped, command: "${does(0)}", dependencies: [fails, quick]}
  - {id: skipped_too, command: "${does(0)}", dependencies: [skipped]}
  - {id: unless, command: "${does(0)}", conditions: {skip_if_failed: [fails]}}
  - {id: elsewhere, command: "${does(0)}", conditions: {only_if_branch: nowhere}}
  - {id: joined, command: "${does(0.05)}", dependencies: [left, flaky, program]}
  - {id: last, command: "${flaky(0.01)}", dependencies: [joined, quick], retry_config: ${again}}
`;
const FLAGS = ["-c", "3", "--grace", "0.3", "--no-live"];

const STATUSES = [
  ...["root success", "left success", "quick success", "flaky success", "program success"],
  ...["fails failed", "skipped skipped", "skipped_too skipped", "unless skipped"],
  ...["elsewhere skipped", "joined success", "last success"],
];

/** What the jobs have really done is what the record says of them. */
async function checkEffects(project: Project): Promise<number> {
  const state = await stateOf(runOf(project));
  assertEquals([state.status, ...statusesOf(state)], ["failed", ...STATUSES]);
  const outcomes = outcomesOf(state);
  const effects = project.read("effects").trimEnd().split("\n");
  const countOf = (effect: string) => effects.filter((line) => line === effect).length;
  for (const line of effects) {
    const [, attempt] = line.split(" ");
    assert(outcomes.has(attempt!), `${line} is on record`);
  }
  for (const [attempt, outcome] of outcomes) {
    if (attempt.startsWith("program")) continue;
    const [begun, done] = [countOf(`begins ${attempt}`), countOf(`does ${attempt}`)];
    if (outcome === "succeeded") assertEquals([begun, done], [1, 1], attempt);
    else if (outcome === "exited") assertEquals([begun, done], [1, 0], attempt);
    else assert(outcome === "lost" && begun <= 1 && done <= begun, `${attempt} ${outcome}`);
  }
  const successes = [...outcomes].filter(([, outcome]) => outcome === "succeeded");
  assertEquals(successes.length, new Set(successes.map(([name]) => name.split(".")[0])).size);
  return [...outcomes.values()].filter((outcome) => outcome === "lost").length;
}

/** Whether there is a run that can be gone on with: orch may die before its journal begins. */
function hasBegun(project: Project): boolean {
  return runsOf(project).some(({ journalPath }) => project.exists(journalPath));
}

/** Whether the run has ended: orch may die after it has written that down, and before its own end. */
async function isOver(project: Project): Promise<boolean> {
  return hasBegun(project) && (await recordOf(runOf(project))).state.status !== null;
}

/**
 * A run with as many deaths as the dice say, each at some moment of the time that it takes in peace.
 * Returns how many of its attempts were lost.
 */
async function dieAndResume(
  seed: number,
  peaceMs: number,
): Promise<{ readonly lost: number; readonly deaths: number }> {
  const dice = new Dice(seed);
  // What the record outlives beside the death of orch makes no difference to what is in it.
  const flags = [...FLAGS, "--durability", seed % 3 === 0 ? "power" : "process"];
  await using project = newProject({ "w.yaml": WORKFLOW });
  let deaths = 0;
  while (!await isOver(project)) {
    const orch = hasBegun(project)
      ? project.spawn(["resume", ...flags])
      : project.spawn(["run", "w.yaml", ...flags]);
    if (deaths === DEATHS_MAX || !await diesWithin(orch, dice.between(0, peaceMs))) {
      const { code, stderr } = await orch.finished;
      assertEquals(code, 1, stderr);
      break;
    }
    deaths++;
    // What ended before it began leaves a folder in which nothing is to be done.
    for (const { path, journalPath } of runsOf(project)) {
      if (!project.exists(journalPath)) await Deno.remove(path, { recursive: true });
    }
  }
  const lost = await checkEffects(project);
  await eventually(() => project.processes().length === 0, "the end of all processes");
  return { lost, deaths };
}

/** Whether orch was killed after so long, and had not ended before. */
async function diesWithin(orch: Running, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), milliseconds);
  const first = await Promise.race([promise, orch.finished]);
  clearTimeout(timer);
  if (first === "late") await killOrch(orch);
  return first === "late";
}

/** Leaves a run in peace, and returns how long it takes from the start of the program, in milliseconds. */
async function leaveInPeace(): Promise<number> {
  await using project = newProject({ "w.yaml": WORKFLOW });
  const began = performance.now();
  const { code } = await project.spawn(["run", "w.yaml", ...FLAGS]).finished;
  assertEquals([code, await checkEffects(project)], [1, 0]);
  return performance.now() - began;
}

Deno.test(`${TIMES} runs whose orch is killed at random moments end like one that is left in peace`, async () => {
  const peaceMs = await leaveInPeace();
  let [lost, deaths] = [0, 0];
  for (let seed = 1; seed <= TIMES; seed++) {
    try {
      const run = await dieAndResume(seed, peaceMs);
      lost += run.lost;
      deaths += run.deaths;
    } catch (error) {
      throw new Error(`seed ${seed} fails`, { cause: error });
    }
  }
  // Some deaths come too late, and some before there is anything to lose.
  assert(deaths > TIMES && lost > 0, `${deaths} deaths, ${lost} attempts lost`);
});
