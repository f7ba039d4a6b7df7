/** `orch why RUN JOB`: why a job ran, was skipped, waited or was tried again, from the journal. */
import { explainJob } from "../../../core/explain/story.ts";
import { activityOf, readRun } from "../../../runtime/store/read_run.ts";
import type { World } from "../../../runtime/port/world.ts";
import { whyDocument, whyText } from "../../../view/past/story.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { styleFor } from "../../base/output.ts";
import { findRun, noSuchJob, reportRun, type StoreOptions } from "../../past/stored_run.ts";

/** The flags of `orch why`. */
export interface WhyOptions extends StoreOptions {
  readonly json: boolean;
}

/** Prints the story of one job; exit 3 where not all of the run can be read. */
export async function why(
  options: WhyOptions,
  { run, job }: { readonly run: string; readonly job: string },
  world: World,
): Promise<number> {
  const { runId, path } = await findRun(run, options, world);
  const isRunning = activityOf(path).kind === "running";
  const read = await readRun(path);
  const isWhole = reportRun(runId, read, world);
  if (!read.ok) return EXIT.cannotGoOn;
  const { state, journal } = read.record;
  const now = isRunning ? world.clock.now() : null;
  const story = explainJob(state.plan, journal.events, { jobId: job, now });
  if (story === null) throw noSuchJob(job, runId, read.record);
  world.stdout.write(
    options.json
      ? jsonText(whyDocument(story, runId))
      : whyText(story, { runId, now, style: styleFor(world.stdout, world) }),
  );
  return isWhole ? EXIT.ok : EXIT.cannotGoOn;
}
