/** The story of one job in a run, as data: what it waited for, how it ran, why it ended as it did. */
import type { Outcome, SkipReason, StopCause, StopReason } from "../run/event.ts";
import type { JobState, SettledStatus } from "../run/state.ts";
import type { RoomReport } from "./wait_tracker.ts";

/** What became of one that the job waited for. */
export interface Need {
  readonly jobId: string;
  /** Whether only its failure would have mattered. */
  readonly soft: boolean;
  /** `left_out` was not selected and counts as done; `open` has not settled. */
  readonly status: SettledStatus | "left_out" | "open";
  readonly at: number | null;
}

/** A piece of the story. `until` is `null` where it has not ended. Times as in events. */
export type WhyStep =
  | NeedsStep
  | BranchStep
  | RoomStep
  | AttemptStep
  | BackoffStep
  | EndStep
  | GapStep;

/** It waited for others; no time at all where it needs none. */
export interface NeedsStep {
  readonly kind: "needs";
  readonly from: number;
  until: number | null;
  needs: readonly Need[];
  /** The jobs that held each other up, the first to the last, which is a need. */
  chain: readonly string[];
}

/** The branch is one that it is for. */
export interface BranchStep {
  readonly kind: "branch";
  readonly branch: string | null;
  readonly wanted: readonly string[];
}

/** It was ready, and there was no room for it. */
export interface RoomStep {
  readonly kind: "room";
  readonly from: number;
  until: number | null;
  report: RoomReport;
}

/** It ran. */
export interface AttemptStep {
  readonly kind: "attempt";
  readonly attempt: number;
  readonly from: number;
  until: number | null;
  outcome: Outcome | null;
  /** It was asked to end, or killed. */
  stopped: { readonly why: StopCause; readonly at: number; readonly killed: boolean } | null;
}

/** It waited before it was tried again. */
export interface BackoffStep {
  readonly kind: "backoff";
  /** The attempt that was to come, as the retry policy counts, and how many there may be. */
  readonly attempt: number;
  readonly most: number;
  readonly from: number;
  until: number;
}

/** Why it ended as it did. */
export type EndStep =
  | { readonly kind: "gave_up"; readonly at: number; readonly why: GaveUp }
  | {
    readonly kind: "skipped";
    readonly at: number;
    readonly reason: SkipReason;
    /** From the first cause to the one that it needs. */
    readonly chain: readonly string[];
    /** How the first cause ended. */
    readonly cause: JobState;
  }
  | {
    readonly kind: "cancelled";
    readonly at: number;
    readonly reason: StopReason | null;
    /** The job whose failure stopped the run. */
    readonly failed: string | null;
  };

/** Why a failed attempt was the last one. */
export type GaveUp =
  | { readonly kind: "once" }
  | { readonly kind: "used_up"; readonly most: number }
  | { readonly kind: "not_retried" }
  | { readonly kind: "stopping" };

/** The run stood still. */
export type GapStep =
  | { readonly kind: "paused"; readonly from: number; readonly until: number }
  | {
    readonly kind: "down";
    readonly from: number;
    readonly until: number;
    /** Its attempt was lost, what it had done was put aside, or nothing. */
    readonly effect: "lost" | "reset" | "assumed" | "none";
  };

/** The story of one job. */
export interface JobStory {
  readonly jobId: string;
  /** When the run started. */
  readonly startedAt: number;
  /** How the job stands after the last event. */
  readonly now: JobState;
  readonly steps: readonly WhyStep[];
}
