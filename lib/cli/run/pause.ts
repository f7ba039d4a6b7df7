/** Ctrl-Z and fg: the jobs stand still with orch, and no time limit runs meanwhile. */
import { sleep } from "../../runtime/port/waiting.ts";
import type { ProcessPool, World } from "../../runtime/port/world.ts";
import type { RunView } from "../run_view/view.ts";

/** What stands still. */
export interface Pausable {
  readonly world: World;
  readonly processes: ProcessPool;
  readonly view: RunView;
  /** Is told how long it was. */
  resumed(pausedMs: number): void;
}

/** How long the terminal may take to show that the view has left it. */
const LEAVE_MS = 200;

/** Listens for SIGTSTP; the function returned ends that. */
export function listenForPause({ world, processes, view, resumed }: Pausable): () => void {
  let isStopping = false;
  return world.signals.listen("SIGTSTP", async () => {
    // A key pressed again before orch stands still asks for no second stop.
    if (isStopping) return;
    isStopping = true;
    await processes.freeze();
    const stoppedAt = world.clock.now();
    view.suspend();
    await Promise.race([world.stderr.flush().catch(() => {}), sleep(world.clock, LEAVE_MS)]);
    world.signals.suspend();
    processes.thaw();
    resumed(world.clock.now() - stoppedAt);
    view.resume();
    isStopping = false;
  });
}
