/** What a view of a run is. Which one a run gets is decided in `open.ts`. */
import type { JobOutputMode, Ui } from "../../core/base/choices.ts";
import type { RunEvent } from "../../core/run/event.ts";
import type { RunDirectory } from "../../runtime/state/run_directory.ts";
import type { LiveUsage, World } from "../../runtime/port/world.ts";
import type { RunNotice } from "../../engine/driver.ts";

/** A view of one run. */
export interface RunView {
  show(event: RunEvent): void;
  /** Says what the user should know and no event tells. */
  notice(notice: RunNotice): void;
  /** Says something for good, in whole lines: above a live region, if there is one. */
  say(text: string): void;
  /** Gives the terminal back for a while, and takes it again. */
  suspend(): void;
  resume(): void;
  /** Ends what the view itself shows. The terminal is as it was, as soon as all is written. */
  close(): void;
  /** Says the last words of a run that is over, after `close`. */
  end(text: string): void | Promise<void>;
}

/** What the user says of how a run is to be shown. */
export interface ViewFlags {
  readonly ui?: Ui;
  /** `--live` and `--no-live`: the same as `--ui live` and `--ui plain`. */
  readonly live?: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly jobOutput?: JobOutputMode;
}

/** What a view works with beside the state. */
export interface ViewOptions extends ViewFlags {
  readonly directory: RunDirectory;
  /** The workflow file as the user named it, and absolute; `null` where it came from standard input. */
  readonly file: string;
  readonly workflowPath: string | null;
  readonly world: World;
  /** What a running attempt uses, as it was last seen. */
  usageOf(jobId: string, attempt: number): LiveUsage | null;
}
