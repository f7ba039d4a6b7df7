/** Short programs that orch asks things of, and that do not answer. */
import { DenoProcesses } from "../../../lib/runtime/process/deno_processes.ts";
import { assertEquals } from "../../support/assert.ts";
import { ManualClock } from "../../support/attempt_context.ts";
import { testNeeding } from "../../support/cli.ts";
import { until } from "../../support/pool.ts";

testNeeding(
  ["sh", "sleep"],
  "a program that does not answer is ended, and its answer is not known",
  async () => {
    const clock = new ManualClock();
    const processes = new DenoProcesses(clock);
    const folder = await Deno.makeTempDir({ prefix: "orch-query-" });
    const begun = `${folder}/begun`;
    const asked = processes.query("sh", [
      "-c",
      `: > ${begun}; exec sleep 60`,
    ], "/");
    await until(() => isThere(begun), "it runs");
    clock.advance(9_999);
    assertEquals(clock.armed, 1, "it is waited for");
    clock.advance(1);
    assertEquals(await asked, null);
    assertEquals(await processes.query("sh", ["-c", "echo there"], "/"), "there");
    await Deno.remove(folder, { recursive: true });
  },
);

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
