/** What command, script and python jobs have in common: an attempt that is one process. */
import type { AttemptContext, AttemptEnd, RunningAttempt } from "../lib/runtime/attempt.ts";
import { unreachable } from "../lib/core/event.ts";
import type { Launch, ProcessEnd } from "../lib/runtime/world.ts";

/** Starts `launch` as the process of this attempt. */
export function startProcess(launch: Launch, context: AttemptContext): RunningAttempt {
  const process = context.world.processes.start({
    launch,
    workingDirectory: context.workingDirectory,
    environment: context.environment,
    stdoutPath: context.files.stdout,
    stderrPath: context.files.stderr,
  });
  return { ended: process.ended.then(toAttemptEnd), stop: (force) => process.stop(force) };
}

function toAttemptEnd(end: ProcessEnd): AttemptEnd {
  switch (end.kind) {
    case "exited":
      return { outcome: end.code === 0 ? { kind: "succeeded" } : end };
    case "signaled":
      return { outcome: end };
    case "not_started":
      return {
        outcome: { kind: "not_started", why: { reason: "spawn_failed", cause: end.cause } },
      };
    default:
      return unreachable(end);
  }
}
