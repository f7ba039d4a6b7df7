/** Which view a run gets: a live region on a terminal, a line per event elsewhere, nothing when quiet. */
import type { RunEvent } from "../core/event.ts";
import type { RunState } from "../core/run_state.ts";
import type { RunDirectory } from "../runtime/run_directory.ts";
import type { ProcessNotice, World } from "../runtime/world.ts";

/** A view of one run. */
export interface RunView {
  show(event: RunEvent): void;
  /** Says what the user should know and no event tells. */
  notice(notice: ProcessNotice): void;
  /** Gives the terminal back for a while, and takes it again. */
  suspend(): void;
  resume(): void;
  close(): void;
}

/** What the choice depends on. */
export interface ViewOptions {
  readonly live?: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly directory: RunDirectory;
  readonly world: World;
}

/** Opens the view that the options and the terminal ask for; the code of the others is not loaded. */
export async function openView(state: RunState, options: ViewOptions): Promise<RunView> {
  if (options.quiet) return { show() {}, notice() {}, suspend() {}, resume() {}, close() {} };
  const { stderr } = options.world;
  const live = options.live ?? (stderr.isTerminal && options.world.env("TERM") !== "dumb");
  if (live && stderr.isTerminal && !options.verbose) {
    const { openLive } = await import("./live_view.ts");
    return openLive(state, options);
  }
  const { openPlain } = await import("./plain_view.ts");
  return openPlain(state, options);
}
