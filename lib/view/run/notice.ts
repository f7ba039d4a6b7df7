/** Words for what a run outlives and its user should know. */
import { listed } from "../text/format.ts";
import { unreachable } from "../../core/base/bug.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** The facts: what the runtime reports. */
export type Notice =
  | { readonly kind: "spawn_trouble"; readonly cause: string; readonly parallel: number }
  | {
    readonly kind: "left_behind";
    readonly attempts: readonly string[];
    readonly curable: boolean;
  }
  | { readonly kind: "disk_waits"; readonly path: string };

/** Attempts that are named; of more, how many. */
const NAMED_MAX = 5;

/** One line for the user. */
export function noticeText(notice: Notice): string {
  return sanitizeLine(`warning: ${words(notice)}`);
}

/** One line for who has added a status callback that threw. */
export function callbackFailedText(eventType: string, error: unknown): string {
  return sanitizeLine(`warning: a status callback failed at ${eventType}: ${causeOf(error)}`);
}

/** What was thrown, in words: anything can be, also what has none and throws when it is asked. */
function causeOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return "with a value that has no text";
  }
}

/** One line for who has given an option of a run a value that it cannot have. */
export function optionText(name: string, expected: string): string {
  return `The option '${name}' must be ${expected}`;
}

/** One line for who wants to load what is no workflow. */
export function sourceText(found: string): string {
  return `Expected a path, a file: URL or an object: found ${found}`;
}

function words(notice: Notice): string {
  switch (notice.kind) {
    case "spawn_trouble":
      return `the machine cannot start more processes now (${notice.cause}): continuing with ${notice.parallel} at a time`;
    case "left_behind":
      return `processes left behind by ${listed(notice.attempts, NAMED_MAX)} may still be running` +
        (notice.curable ? "; to let orch stop them, add --allow-run=kill or --allow-run=sh" : "");
    case "disk_waits":
      return `waiting for the disk to save '${notice.path}': Ctrl-C three times ends the wait`;
    default:
      return unreachable(notice);
  }
}
