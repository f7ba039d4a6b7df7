/** What command, script and python jobs have in common: an attempt that is one process. */
import {
  type AttemptContext,
  type AttemptEnd,
  attemptName,
  type RunningAttempt,
} from "../../lib/runtime/port/attempt.ts";
import type { Limiting } from "../base/job_kind.ts";
import type { Outcome } from "../../lib/core/run/event.ts";
import type { Launch, ProcessEnd, Processes } from "../../lib/runtime/port/world.ts";

/** What kinds of jobs have in common whose work a process does. */
export const OF_PROCESSES = {
  enforcement: (processes: Processes): Limiting => processes.enforcement(),
};

/** Starts `launch` as the process of this attempt. */
export function startProcess(launch: Launch, context: AttemptContext): RunningAttempt {
  const { job, attempt, files } = context;
  const process = context.processes.start({
    launch,
    workingDirectory: context.workingDirectory,
    environment: context.environment,
    stdoutPath: files.stdout,
    stderrPath: files.stderr,
    attemptName: attemptName(job.id, attempt),
    memoryMb: job.limits.maxMemoryMb,
    cpuPercent: job.limits.maxCpuPercent,
    leaves: job.leaves,
    processes: job.processes,
  });
  return { ended: process.ended.then(toAttemptEnd), stop: (force) => process.stop(force) };
}

function toAttemptEnd(end: ProcessEnd): AttemptEnd {
  if (end.kind === "not_started") {
    const { cause, linkerVariable: name } = end;
    const why = name === undefined
      ? { reason: "spawn_failed", cause } as const
      : { reason: "linker_variable", name } as const;
    return { outcome: { kind: "not_started", why } };
  }
  const { usage, process, ...how } = end;
  const outcome: Outcome = how.kind === "exited" && how.code === 0 ? { kind: "succeeded" } : how;
  return { outcome, usage, process };
}
