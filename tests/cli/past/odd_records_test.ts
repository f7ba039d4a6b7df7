/**
 * Runs whose plan and journal bear the right checksums and say what orch never writes: such a run is trouble
 * for itself, for no other run, and for no terminal.
 */
import { crc32 } from "../../../lib/core/base/crc32.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
} from "../../support/assert.ts";
import { newProject, type Project } from "../../support/cli.ts";
import { keepRun } from "../../support/kept_run.ts";
import { Dice } from "../../support/random.ts";
import { Story } from "../../support/story.ts";

/** Plans of each kind of run. */
const PLANS = Number(Deno.env.get("ORCH_DAMAGED_RUNS") ?? 60);
const [ODD, WHOLE] = ["20261122-103000-x7k2", "20261121-080000-bbbb"] as const;
const COMMANDS: readonly string[] = [
  ...[`show ${ODD} --graph`, `show ${ODD} --json`, `why ${ODD} a`, `why ${ODD} c`, `logs ${ODD}`],
  ...[`events ${ODD}`, "history", "history --job b", `__complete -- logs ${ODD} `],
  ...[`rerun ${ODD} --adopt --failed --dry-run`, `resume ${ODD} --adopt --dry-run`],
];

function story(runId: string): Story {
  const retry = { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1, backoffFactor: 1, jitter: 0 };
  const jobs = [{ id: "a", retry }, { id: "b", dependencies: ["a"] }, {
    id: "c",
    dependencies: ["b"],
  }];
  const story = new Story(jobs, { runId });
  story.start("a");
  story.end("a", { kind: "succeeded" });
  story.start("b");
  story.end("b", { kind: "exited", code: 1 });
  story.skip("c", { kind: "dependency", dependency: "b", cause: "b" });
  return story;
}

/** A project with a whole run and one that is to be made odd. */
async function twoRuns({ isOver }: { readonly isOver: boolean }): Promise<Project> {
  const project = newProject();
  const odd = story(ODD);
  if (isOver) odd.finish("failed");
  const whole = story(WHOLE);
  whole.finish("failed");
  for (const one of [odd, whole]) await keepRun(project.path(".orch"), one);
  return project;
}

/** Runs all commands; none breaks, none lets anything harmful through, and the other run is there. */
async function tryAll(project: Project, what: string): Promise<void> {
  for (const line of COMMANDS) {
    const run = await project.orch(line.split(" "), { terminal: true, env: { TERM: "dumb" } });
    const said = run.stdout + run.stderr;
    assertNotMatch(said, /bug in orch|\bat .*\.ts:\d/, `${line}: ${what}`);
    // deno-lint-ignore no-control-regex -- control characters are what this is about
    assertNotMatch(said, /[\x1b\u202e]/, `${line}: ${what}`);
    assert(run.code <= 3, `${line}: exit ${run.code}: ${what}`);
    if (line.startsWith("history")) assertStringIncludes(run.stdout, WHOLE, what);
  }
}

type Plan = {
  workflow: { jobs: Record<string, unknown>[]; global: Record<string, unknown>; name: string };
  settings: Record<string, unknown>;
  selected: number[];
} & Record<string, unknown>;

const IDS = ["a", "b", "c", "d", "constructor", "toString"];
const HARM = "\x1b[2J\u202e";

/** Changes of a plan whose values are all of the right kinds. */
const CHANGES: readonly ((plan: Plan, dice: Dice) => void)[] = [
  (plan, dice) => inJob(plan, dice, "dependencies", [dice.pick(IDS), dice.pick(IDS)]),
  (plan, dice) => inJob(plan, dice, "dependencies", [dice.pick(IDS)]),
  (plan, dice) => inJob(plan, dice, "id", dice.pick(IDS)),
  (plan, dice) => inJob(plan, dice, "name", HARM),
  (plan, dice) => inJob(plan, dice, "tags", [HARM]),
  (plan, dice) => inJob(plan, dice, "timeoutMs", dice.pick([-1, 0, 1e308])),
  (plan, dice) =>
    inJob(plan, dice, "conditions", { skipIfFailed: [dice.pick(IDS)], onlyIfBranch: [HARM] }),
  (plan, dice) =>
    inJob(plan, dice, "retry", {
      maxAttempts: dice.pick([0, 1, 2 ** 53]),
      ...{ initialDelayMs: -1, maxDelayMs: 1e308, jitter: -5 },
      backoffFactor: dice.pick([-1, 0, 1e308]),
    }),
  (plan, dice) =>
    inJob(plan, dice, "limits", {
      maxMemoryMb: dice.pick([-5, 1e308, 0.1, null]),
      maxCpuPercent: dice.pick([-5, null]),
      maxConcurrentJobs: dice.pick([0, 1, null]),
    }),
  (plan, dice) =>
    plan.selected = [dice.between(0, 2), dice.between(0, 2)].slice(dice.between(0, 2)),
  (plan) => plan.workflow.jobs = [],
  (plan, dice) => plan.workflow.jobs.push(dice.pick(plan.workflow.jobs)),
  (plan) => plan.workflow.name = HARM,
  (plan) => plan.workflow.global["maxConcurrentJobs"] = { expression: `1/0 + ${HARM}` },
  (plan, dice) => plan.settings["concurrency"] = dice.pick([0, 1, 2 ** 52]),
  (plan, dice) => plan.settings["memoryMb"] = dice.pick([-1, 0, 1e308]),
  (plan, dice) => plan.settings["graceMs"] = dice.pick([-1, 1e308]),
  (plan) => plan["file"] = `/${HARM}`,
  (plan) => plan["baseDirectory"] = `/${HARM}`,
];

function inJob({ workflow: { jobs } }: Plan, dice: Dice, key: string, value: unknown): void {
  if (jobs.length > 0) dice.pick(jobs)[key] = value;
}

for (const isOver of [true, false]) {
  Deno.test(`plans that say odd things under the right checksum break no command, of runs that are ${isOver ? "" : "not "}over`, async () => {
    await using project = await twoRuns({ isOver });
    const path = RUN_FILES.plan(project.path(`.orch/runs/${ODD}`), 0);
    const { crc: _, ...plan } = JSON.parse(await Deno.readTextFile(path));
    for (let seed = 1; seed <= PLANS; seed++) {
      const dice = new Dice(seed);
      const odd: Plan = structuredClone(plan);
      for (let left = dice.between(1, 3); left > 0; left--) dice.pick(CHANGES)(odd, dice);
      const covered = JSON.stringify(odd).slice(0, -1);
      const crc = crc32(new TextEncoder().encode(covered)).toString(16).padStart(8, "0");
      await Deno.writeTextFile(path, `${covered},"crc":"${crc}"}\n`);
      await tryAll(project, `seed ${seed}: ${covered}`);
    }
  });
}

/** What the skip of job `c` may say. */
const SKIPS: readonly Extract<RunEvent, { type: "job_skipped" }>["reason"][] = [
  { kind: "dependency", dependency: "c", cause: "c" },
  { kind: "dependency", dependency: "gone", cause: HARM },
  { kind: "skip_if_failed", jobId: "c" },
  { kind: "skip_if_failed", jobId: HARM },
  { kind: "branch", branch: HARM, wanted: [HARM] },
];

for (const reason of SKIPS) {
  Deno.test(`a journal in which a job is skipped for ${JSON.stringify(reason)} leads in no circle`, async () => {
    await using project = await twoRuns({ isOver: true });
    const odd = story(ODD);
    odd.finish("failed");
    const events = odd.events.map((event) =>
      event.type === "job_skipped" ? { ...event, reason } : event
    );
    const path = RUN_FILES.journal(project.path(`.orch/runs/${ODD}`));
    await Deno.writeFile(path, new LineEncoder().encode(events, 0));
    await tryAll(project, JSON.stringify(reason));
    const isRead = !JSON.stringify(reason).includes("\\u001b") || reason.kind === "branch";
    assertEquals((await project.orch(["why", ODD, "c"])).code, isRead ? 0 : 3);
  });
}
