/** Words for what a run outlives and its user should know. */
import { unreachable } from "../core/event.ts";
import { visibleLine } from "./visible.ts";

/** The facts: what the runtime reports. */
export type Notice =
  | { readonly kind: "spawn_trouble"; readonly cause: string; readonly parallel: number }
  | {
    readonly kind: "left_behind";
    readonly attempts: readonly string[];
    readonly curable: boolean;
  };

/** Attempts that are named; of more, how many. */
const MOST_NAMED = 5;

/** One line for the user. */
export function noticeText(notice: Notice): string {
  return visibleLine(`warning: ${words(notice)}`);
}

/** One line for who has added a status callback that threw. */
export function callbackFailedText(eventType: string, error: unknown): string {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return visibleLine(`warning: a status callback has failed at ${eventType}: ${cause}`);
}

function words(notice: Notice): string {
  switch (notice.kind) {
    case "spawn_trouble":
      return `the machine cannot start more processes now (${notice.cause}): continuing with ${notice.parallel} at a time`;
    case "left_behind":
      return `what was left behind by ${listed(notice.attempts)} may run on` +
        (notice.curable ? ": with --allow-run=kill or --allow-run=sh orch stops it" : "");
    default:
      return unreachable(notice);
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
