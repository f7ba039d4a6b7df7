/**
 * Opens the view of a run: a live region on a terminal, a line per event elsewhere, with groups in
 * GitHub Actions, events as JSON for programs, nothing when quiet. Only the code of the one that is
 * wanted is loaded.
 */
import type { RunState } from "../../core/run/state.ts";
import type { RunView, ViewOptions } from "./view.ts";
import { agreedFlags, jobOutputOf, viewKind } from "./choice.ts";

/** Opens the view that the options and the surroundings ask for. */
export async function openView(state: RunState, flags: ViewOptions): Promise<RunView> {
  const { world } = flags;
  // No time limit and no signal waits for whoever reads this.
  for (const stream of [world.stdout, world.stderr]) stream.unblock();
  const agreed = agreedFlags(flags);
  const kind = viewKind(agreed, {
    isScreen: world.stderr.isTerminal && world.env("TERM") !== "dumb",
    isActions: world.env("GITHUB_ACTIONS") === "true",
  });
  const options = { ...agreed, jobOutput: jobOutputOf(agreed, kind) };
  switch (kind) {
    case "live":
      return (await import("./live.ts")).openLive(state, options);
    case "plain":
      return (await import("./plain.ts")).openPlain(state, options);
    case "actions":
      return (await import("./github.ts")).openActions(state, options);
    case "json":
      return (await import("./json.ts")).openJson(options);
    case "quiet":
      return quietView(options);
  }
}

/** Says nothing before the end. */
function quietView({ world: { stderr } }: ViewOptions): RunView {
  return {
    show() {},
    notice() {},
    suspend() {},
    resume() {},
    close() {},
    say: (text) => stderr.write(text),
    end: (text) => stderr.write(text),
  };
}
