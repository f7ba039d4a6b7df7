/** What /proc tells of processes, and of whom a number is. */
import { livesSince } from "../../../lib/runtime/kernel/process_table.ts";
import { assertEquals } from "../../support/assert.ts";
import { testNeeding } from "../../support/cli.ts";

testNeeding(
  ["sleep"],
  "a process lives since it began, and neither longer nor after its end",
  async () => {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const now = Date.now();
    assertEquals(await livesSince(child.pid, now), true);
    assertEquals(await livesSince(child.pid, now - 60_000), false, "it has the number of another");
    child.kill("SIGKILL");
    await child.status;
    assertEquals(await livesSince(child.pid, now), false);
  },
);
