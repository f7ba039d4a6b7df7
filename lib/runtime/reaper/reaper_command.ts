/** How a reaper is started, and what it needs to know for that. */
import { CGROUP_VARIABLE, READ_SCRIPT, REAPER_SCRIPT, SCRIPT_VARIABLE } from "./reaper_script.ts";
import type { Clock } from "../port/world.ts";

/** How long a reaper waits before it checks again what is left. */
const POLL_MS = 100;

/** What a reaper needs to know. */
export interface ReaperOptions {
  readonly clock: Clock;
  /** What stands in the environment of every job of the run, and in no other. */
  readonly cookie: string;
  /** What the marks of all processes of the run begin with. */
  readonly mark: string;
  /** Time between TERM and KILL once orch is dead. */
  readonly graceMs: number;
  /** The control group of the run, whose leaves are killed and removed with it. */
  readonly cgroup: string | null;
}

/** The command that starts a reaper. */
export function reaperCommand(
  { cookie, mark, graceMs, cgroup }: ReaperOptions,
  role: "first" | "second",
): Deno.Command {
  return new Deno.Command("sh", {
    args: [
      "-c",
      READ_SCRIPT,
      "sh",
      cookie,
      mark,
      String(Math.ceil(graceMs / POLL_MS)),
      role,
      String(Deno.pid),
    ],
    env: { [SCRIPT_VARIABLE]: REAPER_SCRIPT, [CGROUP_VARIABLE]: cgroup ?? "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true,
  });
}
