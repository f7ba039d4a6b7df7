/** What the live view costs: the share of one processor that it takes from the jobs. */
import { openView } from "../../../lib/cli/run_view/open.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import type { RunDirectory } from "../../../lib/runtime/state/run_directory.ts";
import type { World } from "../../../lib/runtime/port/world.ts";
import { assert } from "../../support/assert.ts";
import { FakeWorld, pass } from "../../support/fake_world.ts";
import { bestTimeOf } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

const RUNNING = 50;
/** Of one processor, at ten frames a second. */
const PERCENT_MAX = 2;

Deno.test(`the live view of 1,000 jobs, ${RUNNING} of them running, takes less than ${PERCENT_MAX} % of a processor`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "orch-cost-" });
  try {
    const percent = await shareOfProcessor(folder);
    // deno-lint-ignore no-console -- the figure that the documents name
    console.log(`the live view takes ${percent.toFixed(2)} % of a processor`);
    assert(percent < PERCENT_MAX, `${percent.toFixed(2)} %`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Ten virtual seconds of a run whose logs grow and whose measures change, with real files. */
async function shareOfProcessor(folder: string): Promise<number> {
  const ids = Array.from({ length: 1_000 }, (_, i) => `compile-module-${i}`);
  const expected = Object.fromEntries(ids.map((id) => [id, 60_000]));
  const story = new Story(
    ids.map((id, i) => ({ id, dependencies: i < 100 ? [] : [ids[i - 100]!] })),
    { expected, settings: { concurrency: RUNNING } },
  );
  const begun = ids.slice(0, 500);
  for (const id of begun) story.start(id);
  for (const id of begun.slice(RUNNING)) story.end(id, { kind: "succeeded" });
  const path = (jobId: string, end: string) => `${folder}/${jobId}.${end}`;
  for (const id of begun.slice(0, RUNNING)) {
    await Deno.writeTextFile(path(id, "out"), "compiling module/main.ts, step 1\n".repeat(1_000));
  }
  const world = new FakeWorld();
  const watched: World = Object.assign(world, { files: realWorld().files });
  world.stderr.isTerminal = true;
  world.stderr.size = () => ({ columns: 200, rows: 50 });
  world.variables.set("FORCE_COLOR", "1");
  const view = await openView(story.state, {
    ...{ quiet: false, verbose: false, file: "w.yaml", workflowPath: null, world: watched },
    directory: {
      filesOf: (jobId: string) => ({ stdout: path(jobId, "out"), stderr: path(jobId, "err") }),
    } as unknown as RunDirectory,
    // Another picture every time.
    usageOf: () => ({ memoryBytes: 2 ** 30, cpuPercent: (world.clock.now() / 100) % 90 }),
  });
  let frames = 0;
  world.stderr.write = () => void frames++;
  const second = () => pass(world.clock, 1_000);
  for (let i = 0; i < 5; i++) second();
  const ms = bestTimeOf(30, second);
  assert(frames >= 300, `${frames} frames in 35 seconds`);
  view.close();
  return ms / 10;
}
