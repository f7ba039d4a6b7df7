/** The messages between orch and the worker of a plugin. They are plain values only, because all of them are copied. */
import type { PluginContext } from "../../lib/plugin.ts";

/** What a plugin's code is told beside its keys, without what cannot be copied. */
export type PluginFacts = Omit<PluginContext, "signal" | "stdout" | "stderr">;

/** What orch says. A worker is asked to check or to run, once. */
export type ToPlugin =
  /** Are these the keys of jobs of this type? */
  | { readonly type: "check"; readonly keys: readonly unknown[] }
  | {
    readonly type: "run";
    readonly keys: unknown;
    readonly facts: PluginFacts;
    readonly outputBudget: OutputBudget;
  }
  | { readonly type: "abort" };

/**
 * Output that is on its way counts here, so that a plugin that writes faster than its log is written
 * waits, as a process does at a full pipe.
 */
export interface OutputBudget {
  /** One Int32: the characters that were sent and are not in the log yet, and `perMessage` for each message. */
  readonly onItsWay: SharedArrayBuffer;
  readonly limit: number;
  /** How much each message counts beside its characters. */
  readonly perMessage: number;
  /** The most characters that one message has. */
  readonly longestText: number;
}

/** What the worker says. The code of a plugin might say it in its place: orch believes none of it. */
export type FromPlugin =
  | { readonly type: "checked"; readonly issues: readonly KeyIssue[] }
  | {
    readonly type: "refused";
    readonly problem: "no_executor" | "broken";
    readonly cause: string;
  }
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "ended"; readonly exitCode: unknown; readonly outputs: unknown };

/** Stands in an exit code or an output for what cannot be one, and often not be copied. */
export interface NoValue {
  /** What it is, in words. */
  readonly found: string;
}

/** One thing that a plugin's schema has against keys. */
export interface KeyIssue {
  /** Which of the keys that were asked about. */
  readonly index: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
}
