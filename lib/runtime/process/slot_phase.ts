/**
 * The phases of a job in a slot, and which phase may follow which. Each phase carries what is legal in it
 * and nothing else. A step that is not in this chart is a mistake of ours, and throws a `Bug`.
 *
 *     queued ⇄ running ─────────────────────▶ over    the job ended by itself
 *                 │
 *                 ├──▶ asked ───┬──▶ emptying ──▶ over    it was stopped, and its processes end with it
 *                 │      ▼      │
 *                 ├──▶ killing ─┘                     by force, or because it took too much memory
 *                 │
 *                 └──▶ emptying ──▶ over              its shell died while the job ran
 *
 * A job returns to the queue if its shell could not fork. It goes from the queue straight to its end if it
 * is stopped there, or if no shell can be started; and from running if its text cannot be handed over.
 *
 * What it does not know: how processes are signalled, and what a job has used.
 */
import { Bug } from "../../core/base/bug.ts";
import type { Slot } from "./slot.ts";

/** The signals that are sent to a job which has to end. */
export interface SentSignals {
  /** Resolves when the last signal to the group was sent; `null` if there was none. */
  lastSent: Promise<void> | null;
  /** Cancels the next KILL. */
  cancelNext: () => void;
}

/** The job runs in its slot, and nobody wants it to end. */
interface Running {
  readonly type: "running";
  readonly slot: Slot;
}

/** The job has to end, and its slot has not reported yet: it is asked with TERM, or killed again and again. */
interface Stopping {
  readonly type: "asked" | "killing";
  readonly slot: Slot;
  readonly signals: SentSignals;
}

/** The slot has reported, and processes of the attempt may be left. */
interface Emptying {
  readonly type: "emptying";
  readonly slot: Slot;
  readonly signals: SentSignals;
  /** Whether these are killed, and no longer asked. */
  readonly isKilling: boolean;
}

/** Where a job is on its way. */
export type Phase =
  | { readonly type: "queued" }
  | Running
  | Stopping
  | Emptying
  | { readonly type: "over" };

/** The phases in which a job has a slot. */
export type PhaseInSlot = Running | Stopping | Emptying;

export const QUEUED: Phase = { type: "queued" };
export const OVER: Phase = { type: "over" };

/** The chart above. */
const LEADS_TO: Readonly<Record<Phase["type"], readonly Phase["type"][]>> = {
  queued: ["running", "over"],
  running: ["over", "queued", "asked", "killing", "emptying"],
  asked: ["killing", "emptying"],
  killing: ["emptying"],
  emptying: ["emptying", "over"],
  over: [],
};

/** Returns `to`. Throws a `Bug` if it cannot follow `from`. */
export function follow(from: Phase, to: Phase): Phase {
  if (LEADS_TO[from.type].includes(to.type)) return to;
  throw new Bug(`a job that is ${from.type} cannot become ${to.type}`);
}

/** The phase of a job that has a slot. Throws a `Bug` if it has none. */
export function inSlot(phase: Phase): PhaseInSlot {
  if (phase.type !== "queued" && phase.type !== "over") return phase;
  throw new Bug(`a job that is ${phase.type} has no slot`);
}

/** The signals of a job that has to end; new ones if it ran undisturbed until now. */
export function signalsOf(phase: PhaseInSlot): SentSignals {
  return phase.type === "running" ? { lastSent: null, cancelNext: () => {} } : phase.signals;
}

/** Whether a job has been told to end, and is not killed yet. */
export function isOnlyAsked(phase: Phase): boolean {
  return phase.type === "asked" || (phase.type === "emptying" && !phase.isKilling);
}
