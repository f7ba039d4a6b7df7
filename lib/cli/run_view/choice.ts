/** Which view the flags, the terminal and the surroundings ask for. */
import type { JobOutputMode, Ui } from "../../core/base/choices.ts";
import {
  differentViewsText,
  jobOutputInVainText,
  verboseInVainText,
} from "../../view/command_line/view_flags.ts";
import { QUIET_AND_VERBOSE } from "../../view/command_line/usage.ts";
import type { World } from "../../runtime/port/world.ts";
import { UsageError } from "../base/output.ts";
import { checkOutputPaths, namedOutputs } from "../base/output_files.ts";
import type { ViewFlags } from "./view.ts";

/** The kinds of views there are. */
export type ViewKind = "live" | "plain" | "actions" | "json" | "quiet";

/** What counts beside the flags. */
export interface Surroundings {
  /** Whether standard error is a terminal that can be drawn on. */
  readonly isScreen: boolean;
  /** Whether this is a step of GitHub Actions. */
  readonly isActions: boolean;
}

/** Refuses flags of a run that cannot go together, or cannot work. */
export function checkRunFlags(
  flags: ViewFlags & {
    readonly output?: string;
    readonly report: readonly { readonly path: string }[];
  },
  world: World,
): void {
  agreedFlags(flags);
  checkOutputPaths(world, namedOutputs(flags));
}

/**
 * The flags with `--ui`, `-q` and `--live` brought together. Throws a `UsageError` where they ask for
 * opposite things.
 */
export function agreedFlags<F extends ViewFlags>(flags: F): F & { readonly ui: Ui } {
  const { ui, live, verbose, jobOutput } = flags;
  if (flags.quiet && verbose) {
    throw new UsageError(QUIET_AND_VERBOSE);
  }
  const asked: (readonly [string, Ui])[] = [];
  if (ui !== undefined && ui !== "auto") asked.push([`--ui ${ui}`, ui]);
  if (live !== undefined) asked.push([live ? "--live" : "--no-live", live ? "live" : "plain"]);
  if (flags.quiet) asked.push(["--quiet", "quiet"]);
  const [first, ...others] = asked;
  const other = others.find(([, one]) => one !== first![1]);
  if (first !== undefined && other !== undefined) {
    throw new UsageError(differentViewsText(first[0], other[0]));
  }
  const agreed = first?.[1] ?? "auto";
  if (verbose && (agreed === "quiet" || agreed === "json")) {
    throw new UsageError(verboseInVainText(agreed));
  }
  if ((jobOutput === "grouped" || jobOutput === "prefixed") && isSilent(agreed)) {
    throw new UsageError(jobOutputInVainText(jobOutput, agreed));
  }
  return { ...flags, ui: agreed, quiet: agreed === "quiet" };
}

function isSilent(ui: Ui): boolean {
  return ui === "json" || ui === "quiet";
}

/** The kind of view for flags that agree. What cannot be drawn on gets lines. */
export function viewKind(
  { ui, verbose }: { readonly ui: Ui; readonly verbose: boolean },
  { isScreen, isActions }: Surroundings,
): ViewKind {
  if (ui === "json" || ui === "quiet") return ui;
  // Every event is a line of its own: nothing for a region that shows what is going on now.
  if (ui !== "plain" && isScreen && !verbose) return "live";
  return isActions ? "actions" : "plain";
}

/** What is shown of the output of jobs where the user does not say. */
export function jobOutputOf({ jobOutput, verbose }: ViewFlags, kind: ViewKind): JobOutputMode {
  return jobOutput ?? (verbose || kind === "actions" ? "grouped" : "failed");
}
