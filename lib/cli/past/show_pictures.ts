/** The pictures of `orch show`: a run in time, and its graph with what became of each job. */
import type { RunRecord } from "../../core/record/run_record.ts";
import { timelineOf } from "../../core/run/timeline.ts";
import type { World } from "../../runtime/port/world.ts";
import { dagText } from "../../view/plan/tree.ts";
import { runPicturesText } from "../../view/plan/analysis.ts";
import { signOfJob } from "../../view/past/show.ts";
import { timelineText } from "../../view/plan/timeline.ts";
import { styleFor } from "../base/output.ts";

/** Which pictures, and of what. */
export interface PictureOptions {
  readonly graph: boolean;
  /** The time, where the run is still under way. */
  readonly now: number | null;
  readonly world: World;
}

/** The pictures as text, empty where there is nothing to see. */
export function runPictures(
  { state, journal }: RunRecord,
  { graph, now, world }: PictureOptions,
): string {
  const style = styleFor(world.stdout, world);
  const { columns } = world.stdout.size();
  const timeline = timelineOf(journal.events, now);
  const signOf = (job: number) => signOfJob(state.jobs[job]!, style);
  return runPicturesText({
    tree: graph ? dagText(state.plan, { columns, style, signOf }) : [],
    // One bar tells nothing that its duration does not.
    timeline: timeline.rows.length < 2
      ? []
      : timelineText(timeline, { columns, style, unit: "ms", signs: true }),
  }, style);
}
