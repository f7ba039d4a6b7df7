/** The messages between orch and the worker of a plugin. They are plain values only, because all of them are copied. */
import type { PluginContext } from "../../lib/plugin.ts";

/** The facts that a plugin gets beside its keys, without those that cannot be copied. */
export type PluginFacts = Omit<PluginContext, "signal" | "stdout" | "stderr">;

/** The messages of orch. A worker is asked to check or to run, once. */
export type ToPlugin =
  /** Asks whether these can be the keys of jobs of this type. */
  | { readonly type: "check"; readonly keys: readonly unknown[] }
  | {
    readonly type: "run";
    readonly keys: unknown;
    readonly facts: PluginFacts;
    readonly outputBudget: OutputBudget;
  }
  | { readonly type: "abort" };

/**
 * Counts the output that is on its way. A plugin that writes faster than its log is written has to wait, as a
 * process does at a full pipe.
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

/** The messages of the worker. The code of a plugin could send them too, so orch trusts none of them. */
export type FromPlugin =
  | { readonly type: "checked"; readonly issues: readonly KeyIssue[] }
  | {
    readonly type: "refused";
    readonly problem: "no_executor" | "broken";
    readonly cause: string;
  }
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "ended"; readonly exitCode: unknown; readonly outputs: unknown };

/** Stands for a value that cannot be an exit code or an output, and often cannot be copied. */
export interface NoValue {
  /** What it is, in words. */
  readonly found: string;
}

/** One fault that the schema of a plugin finds in keys. */
export interface KeyIssue {
  /** The place of the faulty keys in the list that was sent. */
  readonly index: number;
  readonly path: readonly (string | number)[];
  readonly message: string;
}
