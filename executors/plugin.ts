/** Plugin jobs: what a module of the user does, in a worker. The code for it is loaded by the first one. */
import type { PluginAction } from "../lib/core/workflow.ts";
import type { Executor, RunningAttempt } from "../lib/runtime/attempt.ts";

/** Runs the plugin's executor. Its exit code is 0 when it returns, 1 when it throws, or what it says. */
export const plugin: Executor<PluginAction> = (action, context) => {
  let attempt: RunningAttempt | null = null;
  const stops: boolean[] = [];
  return {
    ended: import("./plugin_attempt.ts").then(({ startPlugin }) => {
      attempt = startPlugin(action, context);
      for (const force of stops) attempt.stop(force);
      return attempt.ended;
    }),
    stop(force) {
      if (attempt === null) stops.push(force);
      else attempt.stop(force);
    },
  };
};
