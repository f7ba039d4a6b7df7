/** `orch events`: everything that was decided in a run, a line for each event, with date and time. */
import { apply } from "../../core/run/apply.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { isOfPlan } from "../../core/run/apply.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { initialState } from "../../core/run/state.ts";
import { dateText } from "./history.ts";
import { wordsOf } from "../run/line.ts";
import { paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** The lines for the events of a run of `plan`, without their line feeds. */
export function eventLines(
  plan: Plan,
  events: readonly RunEvent[],
  { style, utcOffsetMinutes }: { readonly style: Style; readonly utcOffsetMinutes: number },
): string[] {
  const state = initialState(plan);
  return events.flatMap((event) => {
    // A job that is in the workflow no longer has no place in the state.
    if (isOfPlan(plan, event)) apply(state, event);
    const words = wordsOf(printable(event), state, { style, verbose: true });
    if (words === null) return [];
    return [`${paint(style, "dim", timeText(event.at, utcOffsetMinutes))}  ${words}`];
  });
}

/** The ids of an event are whatever its line says, and the line may be somebody else's. */
function printable<E extends RunEvent>(event: E): E {
  return {
    ...event,
    ...("jobId" in event && { jobId: sanitizeLine(event.jobId) }),
    ...("runId" in event && { runId: sanitizeLine(event.runId) }),
  };
}

function timeText(at: number, utcOffsetMinutes: number): string {
  const milliseconds = String(Math.floor(at) % 1000).padStart(3, "0");
  return `${dateText(at, utcOffsetMinutes)}.${milliseconds}`;
}
