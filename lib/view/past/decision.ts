/** What the scheduler decided, in words: a line each, for `LOG_LEVEL=DEBUG`. */
import type { Decision, NamedObstacle } from "../../core/explain/decision.ts";
import { unreachable } from "../../core/base/bug.ts";
import type { RunSettings } from "../../core/plan/settings.ts";
import { counted, durationText, grouped } from "../text/format.ts";
import { outcomeText, skipText, stoppingText } from "../run/outcome.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { gaveUpText, named, roomText } from "./story.ts";

/** The line for a decision. `graceMs` is that of the run. */
export function decisionText(decision: Decision, graceMs: number): string {
  return sanitizeLine(`debug: ${words(decision, graceMs)}`);
}

function words(decision: Decision, graceMs: number): string {
  switch (decision.kind) {
    case "order":
      return `${settingsText(decision.settings)}; start order: ${named(decision.jobIds)}`;
    case "ready": {
      const { jobId, needs, place } = decision;
      const why = needs === 0 ? "it has no dependencies" : `${needsText(needs)} done`;
      return `${jobId} is ready: ${why}; place ${grouped(place)} in the start order`;
    }
    case "ready_again":
      return `${decision.jobId} is ready again, for attempt ${decision.attempt}`;
    case "start":
      return startText(decision);
    case "hold": {
      const { ready, jobId, obstacle } = decision;
      const first = ready === 1 ? jobId : `${counted(ready, "job")}, ${jobId} the first of them,`;
      return `${first} ${ready === 1 ? "is" : "are"} ready and cannot start: ${roomOf(obstacle)}`;
    }
    case "retry": {
      const { jobId, outcome, next, most, waitMs } = decision;
      const which = `attempt ${next} of ${most} in ${durationText(waitMs)}`;
      return `${jobId} is retried, ${which}: ${outcomeText(outcome)}`;
    }
    case "give_up":
      return `${decision.jobId} has failed: ${outcomeText(decision.outcome)}; ${
        gaveUpText(decision.why)
      }`;
    case "skip":
      return `${decision.jobId} is skipped: ${skipText(decision.reason)}`;
    case "stop": {
      const { jobId, why, force, graceMs } = decision;
      const cause = why === "timeout" ? "its time limit is over" : "the run is being stopped";
      const then = graceMs === null ? "" : `; it is killed in ${durationText(graceMs)}`;
      return `${jobId} is ${force ? "killed" : "asked to end"}: ${cause}${then}`;
    }
    case "cancel":
      return `${decision.jobId} is cancelled: the run is being stopped`;
    case "stop_run":
      return stoppingText(decision.reason, graceMs);
    case "reopen": {
      const { settings, lost, reset, assumed = [] } = decision.event;
      const anew = lost.length === 0 ? "" : `; lost attempts: ${named(lost)}`;
      const back = reset.length === 0 ? "" : `; reset: ${named(reset)}`;
      const done = assumed.length === 0 ? "" : `; treated as done: ${named(assumed)}`;
      return `${settingsText(settings)}${anew}${back}${done}`;
    }
    default:
      return unreachable(decision);
  }
}

function settingsText(settings: RunSettings): string {
  const { concurrency, memoryMb, cpuPercent, failFast, branch, seed } = settings;
  return [
    `${counted(concurrency, "job")} at a time`,
    ...memoryMb === null ? [] : [`${grouped(memoryMb)} MB to reserve`],
    ...cpuPercent === null ? [] : [`${grouped(cpuPercent)} % of processors to reserve`],
    ...failFast ? ["the first failure stops the run"] : [],
    ...branch === null ? [] : [`branch ${branch}`],
    `seed ${seed}`,
  ].join(", ");
}

function needsText(needs: number): string {
  return needs === 1 ? "the job it needs is" : `all ${grouped(needs)} jobs it needs are`;
}

function startText(
  { jobId, attempt, running, limit, timeoutMs, passed }: Extract<Decision, { kind: "start" }>,
): string {
  const which = attempt === 1 ? "" : `, attempt ${attempt}`;
  const time = timeoutMs === null ? "no time limit" : `time limit ${durationText(timeoutMs)}`;
  const before = passed === null
    ? "it comes first"
    : `it fits, and ${passed.jobId} before it does not: ${roomOf(passed)}`;
  return `${jobId} starts${which}: ${before}; ${running} of ${limit} run now, ${time}`;
}

function roomOf({ cause, holders }: NamedObstacle): string {
  return roomText(cause, named(holders));
}
