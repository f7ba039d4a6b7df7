/** The program: the real world, the arguments, and the only exit. */
import { runCli } from "./lib/cli/mod.ts";
import { realWorld } from "./lib/runtime/real_world.ts";

if (import.meta.main) Deno.exit(await runCli(Deno.args, realWorld()));
