/** Runs that go on where the clock was set back: no time goes backwards, and time limits are kept. */
import { crc32 } from "../../lib/core/base/crc32.ts";
import { activeMs } from "../../lib/core/run/state.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";
import { recordOf, runOf } from "../support/lives.ts";

const HOUR_MS = 3_600_000;

/** A line of a journal as it would be an hour later. */
function later(line: string): string {
  const { c: _, ...facts } = JSON.parse(line);
  const text = JSON.stringify({ ...facts, t: facts.t + HOUR_MS }).slice(0, -1);
  const crc = crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
  return `${text},"c":"${crc}"}\n`;
}

Deno.test("a run whose journal is an hour ahead goes on in order, and its time limits hold", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: "true" },
      { id: "b", command: "test -e ok || exit 1; sleep 60", timeout: 1, dependencies: ["a"] },
    ),
  });
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  const run = runOf(project);
  const lines = (await Deno.readTextFile(run.journalPath)).trimEnd().split("\n");
  await Deno.writeTextFile(run.journalPath, lines.map(later).join(""));
  project.write("ok", "");
  const startedAt = performance.now();
  const { code, stderr } = await project.orch(["rerun", "--failed", "--no-live", "--grace", "0"]);
  assertEquals(code, 1, stderr);
  assert(performance.now() - startedAt < 20_000, "the time limit of one second was kept");
  const { journal: { events }, state } = await recordOf(run);
  for (const [i, event] of events.entries()) {
    assert(i === 0 || event.at >= events[i - 1]!.at, `${event.type} goes back`);
  }
  assertEquals(state.attempts[1]?.at(-1)?.outcome.kind, "timed_out");
  const last = state.attempts[1]!.at(-1)!;
  const ms = activeMs(state, last.startedAt, last.endedAt);
  assert(ms >= 1_000 && ms < 20_000, `${ms} ms`);
});
