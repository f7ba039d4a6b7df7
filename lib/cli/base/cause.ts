/** What went wrong, in words that fit behind a colon. */
import { causeOf } from "../../core/base/cause.ts";
import { StateRefused } from "../../runtime/state/state_files.ts";
import { stateRefusedText } from "../../view/problem/state_message.ts";

/** The sentence of an error: ours about a state directory, or the platform's own. */
export function causeInWords(error: unknown): string {
  if (error instanceof StateRefused) return stateRefusedText(error.path, error.fault);
  return causeOf(error);
}
