/** Which view a run gets: a live region on a terminal, a line per event elsewhere, nothing when quiet. */
import type { RunState } from "../core/run_state.ts";
import type { RunView, ViewOptions } from "./run_view.ts";

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
