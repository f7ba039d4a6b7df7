/**
 * Signals to a process group, and to one process in it, where no shell is there to send them. Deno
 * lets a program do so itself only if it may run every program; else the program `kill` does it, if
 * that may be run. Nothing here asks the user for a permission.
 */

import { isGranted } from "../port/permissions.ts";
import { livesAnybodyIn } from "./process_table.ts";

/** What became of a signal to a group. */
export type Delivery =
  | "sent"
  /** Nobody is in the group. */
  | "gone"
  /** There is no way to send it: no permission, or no groups (Windows). */
  | "refused";

/** What is sent. */
export type GroupSignal = "SIGTERM" | "SIGKILL" | "SIGCONT" | "SIGSTOP";

/** Whether a group has a process: `sent` if it has. A zombie counts if it cannot be seen to be one. */
export async function lookInto(group: number): Promise<Delivery> {
  const delivery = await deliver(group, 0);
  return delivery === "sent" && livesAnybodyIn(group) === false ? "gone" : delivery;
}

/** Sends a signal to every process of a group. Never throws. */
export function signalGroup(group: number, signal: GroupSignal): Promise<Delivery> {
  return deliver(group, signal);
}

/** Signal 0 is not delivered; it shows whether there is a process to deliver to. */
async function deliver(group: number, signal: GroupSignal | 0): Promise<Delivery> {
  if (Deno.build.os === "windows") return "refused";
  if (isGranted({ kind: "run", program: null })) return signalItself(group, signal);
  return isGranted({ kind: "run", program: "kill" })
    ? await signalByProgram(group, signal)
    : "refused";
}

function signalItself(group: number, signal: GroupSignal | 0): Delivery {
  try {
    // The platform knows 0, its types do not.
    Deno.kill(-group, signal as Deno.Signal);
    return "sent";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "gone" : "refused";
  }
}

async function signalByProgram(group: number, signal: GroupSignal | 0): Promise<Delivery> {
  const name = signal === 0 ? "0" : signal.slice("SIG".length);
  try {
    // Never without `--`: that of procps may take the number of a group for -1, all processes there are.
    const { success, stderr } = await new Deno.Command("kill", {
      args: ["-s", name, "--", `-${group}`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return "sent";
    // Busybox takes `--` for one more process, and fails for that alone where there is such a group.
    const failures = new TextDecoder().decode(stderr).trim().split("\n");
    return failures.length === 1 && failures[0]!.includes("'--'") ? "sent" : "gone";
  } catch {
    return "refused";
  }
}
