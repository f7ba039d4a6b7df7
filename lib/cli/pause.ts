/** Ctrl-Z and fg: the jobs stand still with orch, and no time limit runs meanwhile. */
import type { ProcessPool, World } from "../runtime/world.ts";
import type { RunView } from "./run_view.ts";

/** What stands still. */
export interface Pausable {
  readonly world: World;
  readonly processes: ProcessPool;
  readonly view: RunView;
  /** Is told how long it was. */
  resumed(pausedMs: number): void;
}

/** Listens for SIGTSTP; the function returned ends that. */
export function listenForPause({ world, processes, view, resumed }: Pausable): () => void {
  return world.signals.listen("SIGTSTP", async () => {
    await processes.freeze();
    view.suspend();
    const stoppedAt = world.clock.now();
    world.signals.suspend();
    processes.thaw();
    view.resume();
    resumed(world.clock.now() - stoppedAt);
  });
}
