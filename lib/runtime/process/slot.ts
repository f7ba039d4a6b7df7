/** The values that a pool shares with the jobs in its slots. */
import type { SlotCgroup } from "../kernel/cgroup.ts";
import type { ProcessFacts as Listed } from "../kernel/process_table.ts";
import type { ShellSlot } from "./shell_slot.ts";

/** A warm shell and the control group it is in, if any. */
export interface Slot {
  readonly shell: ShellSlot;
  readonly leaf: SlotCgroup | null;
  /** Whether it is for a single job, which may leave processes behind. */
  readonly leaves: boolean;
}

/** How the processes of one attempt are known: see `cookie.ts`. */
export interface Signs {
  readonly cookie: string;
  readonly mark: string;
}

/** All processes at one moment, as far as they can be seen. */
export interface ProcessSnapshot {
  readonly processes: readonly Listed[];
  /** The attempt that each process belongs to, if it belongs to one of this run. */
  readonly cookies: ReadonlyMap<number, string>;
  /** The processes of a run within an attempt: the orch of that run, or its reaper, asks them to end. */
  readonly nested: ReadonlySet<number>;
}
