/** What a pool and the jobs in its slots tell each other. */
import type { SlotCgroup } from "../kernel/cgroup.ts";
import type { ProcessFacts as Listed } from "../kernel/process_table.ts";
import type { ShellSlot } from "./shell_slot.ts";

/** A warm shell and the control group it is in, if any. */
export interface Slot {
  readonly shell: ShellSlot;
  readonly leaf: SlotCgroup | null;
  /** Whether it is for one job alone, which may leave something behind. */
  readonly leaves: boolean;
}

/** How the processes of one attempt are known: see `cookie.ts`. */
export interface Signs {
  readonly cookie: string;
  readonly mark: string;
}

/** What can be seen of all processes at one moment. */
export interface Look {
  readonly processes: readonly Listed[];
  /** Which attempt each belongs to. */
  readonly cookies: ReadonlyMap<number, string>;
  /** Those that belong to a run within an attempt, whose own orch or reaper asks them to end. */
  readonly nested: ReadonlySet<number>;
}
