/** Runs that were kept: folders as orch leaves them, made of a story by the code that makes them. */
import { encodePlan } from "../../lib/core/record/plan_file.ts";
import { Journal } from "../../lib/runtime/store/journal.ts";
import { parseRunId, runDirectoryAt } from "../../lib/runtime/state/run_directory.ts";
import { placeOf, type RunPlace } from "../../lib/runtime/store/run_store.ts";
import { Story } from "./story.ts";
import { markAsOwn } from "./state_home.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** What differs from a usual run. */
export interface KeptOptions {
  /** The workflow file; `null` for standard input. */
  readonly file?: string | null;
  /** What jobs have written, by the names of their files: `build.1.out`. */
  readonly outputs?: Readonly<Record<string, string>>;
}

/** Writes the folder of the run that a story tells, below a state directory. */
export async function keepRun(
  stateDirectory: string,
  story: Story,
  { file = "/work/ci.yaml", outputs = {} }: KeptOptions = {},
): Promise<RunPlace> {
  const { plan, settings, runId } = story.state;
  const place = placeOf(stateDirectory, parseRunId(runId!)!);
  const directory = runDirectoryAt(place.path, place.runId);
  await Deno.mkdir(`${place.path}/jobs`, { recursive: true, mode: 0o700 });
  const { workflow, fileIndex: selected } = plan;
  const record = { file, baseDirectory: "/work", workflow, selected, settings: settings! };
  await Deno.writeTextFile(directory.planPath(0), encodePlan(record));
  await markAsOwn(directory);
  const journal = Journal.create(directory.journalPath, {
    durability: "process",
    clock: new VirtualClock(),
  });
  await journal.append(story.events);
  await journal.close();
  for (const [name, text] of Object.entries(outputs)) {
    await Deno.writeTextFile(`${place.path}/jobs/${name}`, text);
  }
  return place;
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** Keeps `count` finished runs of fourteen jobs, ten minutes apart, but for each fiftieth, which died. */
export async function keepMany(stateDirectory: string, count: number): Promise<void> {
  const jobs = Array.from({ length: 14 }, (_, i) => ({ id: `job${i}` }));
  for (let i = 0; i < count; i++) {
    const at = Date.UTC(2026, 0, 1) + i * 600_000;
    const [date, time] = new Date(at).toISOString().replace(/[-:]/g, "").split(/[T.]/);
    const runId = `${date}-${time}-${i.toString(36).padStart(4, "0")}`;
    const story = new Story(jobs, { runId, at });
    for (const { id } of jobs) story.start(id);
    story.pass(3_000);
    for (const { id } of jobs) story.end(id, { kind: "succeeded" });
    if (i % 50 !== 0) story.finish("completed");
    await keepRun(stateDirectory, story);
  }
}
