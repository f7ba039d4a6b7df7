/** What a view of a run is. Which one a run gets is decided in `open_view.ts`. */
import type { RunEvent } from "../core/event.ts";
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
