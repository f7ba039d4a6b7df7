/** Plugin jobs: what a module of the user does, in a worker. The code for it is loaded by the first one. */
import type { PluginAction } from "../../lib/core/workflow/workflow.ts";
import type { Executor, RunningAttempt } from "../../lib/runtime/port/attempt.ts";
import { folderOf, resolvePath } from "../../lib/runtime/port/paths.ts";
import type { JobKind } from "../base/job_kind.ts";
import { pluginPermissions } from "./permissions.ts";

/** What a plugin does. A worker shares the memory and the processor time of orch. */
export const plugin: JobKind<PluginAction> = {
  start: (action, context) => start(action, context),
  process: null,
  enforcement: () => ({ memory: "none", cpu: "none" }),
  /** What orch hands on to the worker, and its module. */
  needs({ plugin }, { workflow, places: { baseDirectory }, add }) {
    const index = workflow.plugins.findIndex(({ type }) => type === plugin.type);
    // With it the code beside it, which it may import and which is looked at before.
    const path = folderOf(resolvePath(baseDirectory, plugin.path));
    add({ kind: "read", path }, { isWhole: true, use: "module", path: ["plugins", index, "path"] });
    for (const permission of pluginPermissions(plugin, baseDirectory)) {
      const path = ["plugins", index, "permissions", permission.kind];
      add(permission, { isWhole: true, use: "plugin", path });
    }
  },
};

/** Runs the plugin's executor. Its exit code is 0 when it returns, 1 when it throws, or what it says. */
const start: Executor<PluginAction> = (action, context) => {
  let attempt: RunningAttempt | null = null;
  const stops: boolean[] = [];
  return {
    ended: import("./attempt.ts").then(async ({ startPlugin }) => {
      attempt = await startPlugin(action, context);
      for (const force of stops) attempt.stop(force);
      return attempt.ended;
    }),
    stop(force) {
      if (attempt === null) stops.push(force);
      else attempt.stop(force);
    },
  };
};
