/**
 * The sentences about whose runs these are: what came with a clone of a project is shown, and gone on with
 * only when the user says so. Each is one line that is safe to print.
 */
import { unreachable } from "../../core/base/bug.ts";
import { counted } from "../text/format.ts";
import { type NameableRun, runCommand } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";

/** A run from elsewhere that is shown. */
export function foreignNoteText(runId: string): string {
  return sanitizeLine(`note: run ${runId} is from elsewhere: it was not started here by you`);
}

/** A run from elsewhere that is to go on. */
export function foreignText(run: NameableRun): string {
  return sanitizeLine(
    `Run ${run.runId} is from elsewhere, perhaps from a clone: you did not plan its jobs here; check them (${
      runCommand("resume", run, " --adopt --dry-run")
    }), then adopt the run: --adopt`,
  );
}

/** There are only runs from elsewhere: none of them is the last one, or is gone on with unasked. */
export function onlyForeignText(runIds: readonly string[]): string {
  const [first = ""] = runIds;
  return sanitizeLine(
    `No run here is yours; found ${
      counted(runIds.length, "run")
    } from elsewhere, such as ${first}; to see it: orch show ${first}; to adopt it: orch resume ${first} --adopt`,
  );
}

/** `--adopt` without a run. */
export const ADOPT_WHICH = "--adopt needs the id of a run; orch history lists the ids";

/** Why runs cannot be told from those of others, as `own_state.ts` found it. */
export type KeyTrouble =
  | { readonly kind: "no_home" }
  | { readonly kind: "not_allowed"; readonly path: string }
  | {
    readonly kind: "unsafe";
    readonly path: string;
    readonly why: "not_plain" | "of_another" | "open_to_others" | "not_a_key";
  }
  | { readonly kind: "failed"; readonly path: string; readonly cause: string };

const FAULTS = {
  not_plain: "is a link, or not a regular file",
  of_another: "belongs to another user",
  open_to_others: "is open to other users",
  not_a_key: "is not as orch wrote it",
} as const;

/** Said once where there is no key, by which runs that came with a clone would be known. */
export function keyLackText(lack: KeyTrouble): string {
  return sanitizeLine(
    `warning: ${lackWords(lack)}: every run whose files belong to you counts as yours`,
  );
}

function lackWords(lack: KeyTrouble): string {
  switch (lack.kind) {
    case "no_home":
      return "orch cannot recognize runs from elsewhere, because neither XDG_STATE_HOME nor HOME names a folder for its key";
    case "not_allowed":
      return `orch cannot recognize runs from elsewhere, because Deno does not let orch use ${
        quoted(lack.path)
      }`;
    case "unsafe":
      return `orch cannot recognize runs from elsewhere, because ${quoted(lack.path)} ${
        FAULTS[lack.why]
      }; remove it, and orch creates a new one`;
    case "failed":
      return `orch cannot recognize runs from elsewhere, because there is no key ${
        quoted(lack.path)
      } (${lack.cause})`;
    default:
      return unreachable(lack);
  }
}
