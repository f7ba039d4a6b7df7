/** orch with a mistake in it: once there is a file `crash`, something fails that nobody catches. */
import { runCli } from "../../lib/cli/mod.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";

const world = realWorld();

function crashWhenTold(): void {
  world.clock.callAt(world.clock.now() + 20, () => {
    if (world.files.stat("crash") !== null) throw new Error("a mistake of ours");
    crashWhenTold();
  });
}

crashWhenTold();
Deno.exit(await runCli(Deno.args, world));
