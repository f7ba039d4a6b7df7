/** Short programs that orch asks things of, and that do not answer. */
import { DenoProcesses } from "../../../lib/runtime/process/deno_processes.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { ManualClock } from "../../support/attempt_context.ts";
import { testNeeding } from "../../support/cli.ts";
import { until } from "../../support/pool.ts";

testNeeding(
  ["sh", "sleep"],
  "a program that does not answer is ended, and its answer is not known",
  async () => {
    const clock = new ManualClock();
    const processes = new DenoProcesses(clock);
    const path = await Deno.makeTempFile({ prefix: "orch-query-" });
    const asked = processes.query("sh", ["-c", `echo $$ > ${path}; exec sleep 60`], "/");
    await until(() => Deno.readTextFileSync(path).endsWith("\n"), "it runs");
    const pid = Number(Deno.readTextFileSync(path));
    clock.advance(9_999);
    assert(Deno.statSync(`/proc/${pid}`).isDirectory || Deno.build.os !== "linux");
    clock.advance(1);
    assertEquals(await asked, null);
    assertEquals(await processes.query("sh", ["-c", "echo there"], "/"), "there");
    await Deno.remove(path);
  },
);
