/**
 * What remembering costs. Takes the folder of a large run that has ended and prints JSON: the share of the run that
 * its journal took, by writing the same lines in the same batches again, in a process as cold; and how
 * long a resume of a half-finished run of 10,000 jobs takes until its first job starts.
 */
import type { RunEvent } from "../../lib/core/run/event.ts";
import { Journal, readJournalFile } from "../../lib/runtime/store/journal.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { ORCH } from "../support/under_test.ts";
import { keepHalf, manyJobs } from "../support/half_run.ts";

const JOBS = 10_000;
const ROUNDS = 5;
const folder = Deno.makeTempDirSync({ prefix: "orch-bench-" });
const { events } = await readJournalFile(`${Deno.args[0]!}/journal.jsonl`);
const { clock } = realWorld();
const batches = inBatches(events);
const began = clock.now();
const journal = Journal.create(`${folder}/journal.jsonl`, { durability: "process", clock });
for (const batch of batches) journal.append(batch);
const journalMs = clock.now() - began;
await journal.close();
const runMs = events.at(-1)!.at - events[0]!.at;
const firstJob: number[] = [];
for (let round = 0; round < ROUNDS; round++) firstJob.push(await resume(`${folder}/${round}`));
const figures = {
  events: events.length,
  journalMs: Math.round(journalMs),
  share: Number((journalMs / runMs).toFixed(4)),
  resumeJobs: JOBS,
  resumeFirstJob: Number((firstJob.sort((a, b) => a - b)[ROUNDS >> 1]! / 1000).toFixed(3)),
};
Deno.removeSync(folder, { recursive: true });
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures)}\n`));

/** What the loop wrote at a time has one time. */
function inBatches(events: readonly RunEvent[]): RunEvent[][] {
  const batches: RunEvent[][] = [];
  for (const event of events) {
    const last = batches.at(-1);
    if (last?.at(-1)?.at === event.at) last.push(event);
    else batches.push([event]);
  }
  return batches;
}

/** Milliseconds until the first job of a resumed run starts, which is stopped then. */
async function resume(cwd: string): Promise<number> {
  await Deno.mkdir(cwd);
  await Deno.writeTextFile(`${cwd}/w.yaml`, manyJobs(JOBS));
  await keepHalf(cwd);
  const startedAt = performance.now();
  const child = new Deno.Command(ORCH[0]!, {
    args: [...ORCH.slice(1), "resume", "--no-live"],
    cwd,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let took: number | null = null;
  let heard = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    if (took !== null) continue;
    heard += text;
    if (!heard.includes("▶ start")) continue;
    took = performance.now() - startedAt;
    child.kill("SIGTERM");
  }
  await child.status;
  if (took === null) throw new Error(`resume failed: ${heard}`);
  return took;
}
