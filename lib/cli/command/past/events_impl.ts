/** `orch events RUN`: the audit trail of a run. */
import { readRun, readRunJournal } from "../../../runtime/store/read_run.ts";
import type { RunPlace } from "../../../runtime/store/run_store.ts";
import type { World } from "../../../runtime/port/world.ts";
import { eventLines } from "../../../view/past/events.ts";
import { jsonLine } from "../../../view/text/json_text.ts";
import { eventResult } from "../../../view/report/json.ts";
import { runProblemText } from "../../../view/past/run_problem.ts";
import { EXIT } from "../../base/exit_code.ts";
import { styleFor } from "../../base/output.ts";
import { findRun, reportJournal, reportRun, type StoreOptions } from "../../past/stored_run.ts";

/** The flags of `orch events`. */
export interface EventsOptions extends StoreOptions {
  readonly json: boolean;
}

/** Prints all events of a run that can be read; exit 3 where there are more. */
export async function events(
  options: EventsOptions,
  name: string,
  world: World,
): Promise<number> {
  const place = await findRun(name, options, world);
  const isWhole = await (options.json ? printJson(place, world) : printLines(place, world));
  return isWhole ? EXIT.ok : EXIT.cannotGoOn;
}

/** Needs no plan, so that it works where the plan is lost. */
async function printJson({ runId, path }: RunPlace, world: World): Promise<boolean> {
  const read = await readRunJournal(path);
  if (!read.ok) {
    world.stderr.write(`error: ${runProblemText(runId, read.problem)}\n`);
    return false;
  }
  const lines = read.journal.events.map((event) => jsonLine(eventResult(event)));
  world.stdout.write(lines.join(""));
  return reportJournal(runId, read.journal, world);
}

async function printLines({ runId, path }: RunPlace, world: World): Promise<boolean> {
  const read = await readRun(path);
  if (read.ok) {
    const { state: { plan }, journal } = read.record;
    const lines = eventLines(plan, journal.events, {
      style: styleFor(world.stdout, world),
      utcOffsetMinutes: world.clock.utcOffsetMinutes(),
    });
    world.stdout.write(lines.map((line) => `${line}\n`).join(""));
  }
  return reportRun(runId, read, world);
}
