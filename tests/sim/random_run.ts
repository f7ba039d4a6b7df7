/** Random workflows, outcomes, delays and stops, all from one seed. */
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import type { Outcome, StopReason } from "../../lib/core/run/event.ts";
import type { Workflow } from "../../lib/core/workflow/workflow.ts";
import { Dice } from "../support/random.ts";
import { type JobSketch, sketchSettings, sketchWorkflow } from "../support/workflows.ts";

/** How the world will treat one attempt. */
export interface AttemptScript {
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Time from TERM to its end; `null` where it ignores TERM. */
  readonly termMs: number | null;
  /** Time from KILL to its end. */
  readonly killMs: number;
}

/** One random run: what is asked for and how the world behaves. */
export interface RandomRun {
  readonly workflow: Workflow;
  readonly settings: RunSettings;
  /** Times that orch stands still with its jobs. */
  readonly pauses: readonly { readonly at: number; readonly pausedMs: number }[];
  readonly stops: readonly { readonly at: number; readonly reason: StopReason }[];
  attemptScript(jobId: string, attempt: number): AttemptScript;
}

/** The run that belongs to `seed`: up to 30 jobs, most of the policies of the format in the mix. */
export function randomRun(seed: number): RandomRun {
  const dice = new Dice(seed);
  const count = dice.between(1, 30);
  const memoryMb = dice.chance(0.5) ? dice.between(4, 16) : null;
  const cpuPercent = dice.chance(0.3) ? 200 : null;
  const jobs = Array.from({ length: count }, (_, i) => randomJob(dice, i, memoryMb));
  const settings = sketchSettings({
    concurrency: dice.between(1, 6),
    memoryMb,
    cpuPercent,
    failFast: dice.chance(0.2),
    graceMs: dice.between(0, 50),
    seed,
    branch: dice.pick([null, "main", "release/1"]),
  });
  const stops = dice.chance(0.3)
    ? Array.from({ length: dice.between(1, 3) }, () => ({
      at: dice.between(0, 400),
      reason: dice.pick<StopReason>(["interrupt", "terminate", "hangup", "kill"]),
    }))
    : [];
  const pauses = dice.chance(0.1)
    ? [{ at: dice.between(0, 200), pausedMs: dice.between(1, 300) }]
    : [];
  const scripts = new Map<string, AttemptScript>();
  return {
    workflow: sketchWorkflow(jobs),
    settings,
    pauses,
    stops,
    attemptScript(jobId, attempt) {
      const key = `${jobId}#${attempt}`;
      const script = scripts.get(key) ?? randomAttempt(dice);
      scripts.set(key, script);
      return script;
    },
  };
}

function randomJob(dice: Dice, index: number, memoryMb: number | null): JobSketch {
  const earlier = () => `j${dice.between(0, index - 1)}`;
  const some = (most: number, probability: number) =>
    index > 0 && dice.chance(probability)
      ? [...new Set(Array.from({ length: dice.between(1, most) }, earlier))]
      : [];
  return {
    id: `j${index}`,
    dependencies: some(4, 0.7),
    conditions: {
      skipIfFailed: some(2, 0.15),
      onlyIfBranch: dice.chance(0.1) ? [dice.pick(["main", "release/*"])] : null,
    },
    retry: {
      maxAttempts: dice.chance(0.4) ? dice.between(1, 4) : 1,
      initialDelayMs: dice.pick([0, 5, 40]),
      maxDelayMs: 60,
      backoffFactor: 2,
      jitter: dice.pick([0, 0.5]),
    },
    limits: {
      maxMemoryMb: memoryMb !== null && dice.chance(0.6) ? dice.between(1, memoryMb) : null,
      maxCpuPercent: dice.chance(0.3) ? dice.pick([50, 100, 200]) : null,
      maxConcurrentJobs: dice.chance(0.1) ? dice.between(1, 3) : null,
    },
    timeoutMs: dice.chance(0.3) ? dice.between(1, 60) : null,
  };
}

function randomAttempt(dice: Dice): AttemptScript {
  const failures: Outcome[] = [
    { kind: "exited", code: 1 },
    { kind: "signaled", signal: "SIGSEGV" },
    { kind: "not_started", why: { reason: "script_missing", path: "x.sh" } },
    { kind: "cancelled" },
  ];
  return {
    durationMs: dice.pick([0, 1, dice.between(1, 80)]),
    outcome: dice.chance(0.75) ? { kind: "succeeded" } : dice.pick(failures),
    termMs: dice.chance(0.8) ? dice.between(0, 30) : null,
    killMs: dice.between(0, 5),
  };
}
