/** Whether Deno lets orch do what a run needs: asked before anything is started, and all at once. */
import {
  type Diagnostic,
  diagnosticAt,
  type PermissionUse,
} from "../../lib/core/workflow/diagnostic.ts";
import type { Permission } from "../../lib/core/base/permission.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import { checkLinkerVariables } from "./linker_variables.ts";
import type { RunPlaces } from "../base/job_kind.ts";
import { needsOf, type SelectedJobs } from "./needs.ts";
import { needsShell } from "./shell_use.ts";

/** Everything that Deno does not permit in a run of these jobs. */
export function checkAllowed(
  selected: SelectedJobs,
  places: RunPlaces,
  world: World,
): Diagnostic[] {
  return [...checkPermissions(selected, places, world), ...checkLinkerVariables(selected, world)];
}

/** What the run needs and is not granted, each once, with the first place that asks for it. */
function checkPermissions(
  selected: SelectedJobs,
  places: RunPlaces,
  world: World,
): Diagnostic[] {
  const hasShell = world.processes.hasShell();
  if (hasShell && selected.workflow.plugins.length === 0 && mayDoAll(world)) return [];
  // With a shell the programs need not be listed: it starts them all.
  const inShells = hasShell || needsShell(selected.jobs);
  const { needs } = needsOf(selected, places, { world, inShells });
  return needs.filter(({ permission, use, isOptional }) =>
    isOfShell(permission, use) ? !hasShell : !isOptional && !world.may(permission)
  ).map(({ permission, use, jobIds, place }) =>
    diagnosticAt(place, { code: "E311", permission, use, jobIds })
  );
}

/** Whether it is the shell that is needed: not every system has one, whatever is allowed. */
function isOfShell(permission: Permission, use: PermissionUse): boolean {
  return use === "shell" || use === "limits" ||
    (use === "processes" && permission.kind === "run" && permission.program === "sh");
}

/** The usual case, for which a plan of many jobs need not be read. */
function mayDoAll(world: World): boolean {
  return world.may({ kind: "read", path: null }) && world.may({ kind: "write", path: null }) &&
    world.may({ kind: "run", program: null }) && world.may({ kind: "net", host: null }) &&
    world.may({ kind: "env", name: null });
}
