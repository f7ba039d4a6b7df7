/** `LOG_LEVEL=DEBUG`: the scheduler's decisions with their reasons, as they are made, on stderr. */
import { fold } from "../../core/run/apply.ts";
import { DecisionLog } from "../../core/explain/decision.ts";
import type { RunEvent } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import type { Clock } from "../../runtime/port/world.ts";
import { decisionText } from "../../view/past/decision.ts";
import type { RunView } from "../run_view/view.ts";

/** What is followed, and where it is told. */
export interface DebugLogOptions {
  readonly state: RunState;
  /** What has happened before. */
  readonly events: readonly RunEvent[];
  readonly graceMs: number;
  readonly clock: Clock;
  readonly view: Pick<RunView, "say">;
}

/** Returns what is to be told each event, before the view is. */
export function openDebugLog(
  { state, events, graceMs, clock, view }: DebugLogOptions,
): (event: RunEvent) => void {
  const log = new DecisionLog(fold(state.plan, events));
  let said = "";
  let isAsked = false;
  const say = (text: string) => view.say(`${text}\n`);
  const sayHeld = () => {
    isAsked = false;
    const held = log.held();
    const text = held === null ? "" : decisionText(held, graceMs);
    if (text !== "" && text !== said) say(text);
    said = text;
  };
  return (event) => {
    const decision = log.add(event);
    if (decision !== null) say(decisionText(decision, graceMs));
    // What holds the others back shows only when all events of this moment are known.
    if (isAsked) return;
    isAsked = true;
    clock.defer(sayHeld);
  };
}
