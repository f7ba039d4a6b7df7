/** The words of closed lists that a release writes into plans and journals, by the versions of their formats. */
import { JOURNAL_VERSION } from "../../lib/core/record/journal_line.ts";
import { JOURNAL_WORDS } from "../../lib/core/record/journal_words.ts";
import { PLAN_VERSION } from "../../lib/core/record/plan_file.ts";
import { JOB_TYPES } from "../../lib/core/workflow/kinds.ts";
import { ENFORCE, PLUGIN_PERMISSIONS, PROCESSES } from "../../lib/core/workflow/workflow.ts";

/** The lists of one format. */
export interface FormatWords {
  readonly version: number;
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** What this orch writes. */
export const WORDS: { readonly journal: FormatWords; readonly plan: FormatWords } = {
  journal: {
    version: JOURNAL_VERSION,
    words: Object.fromEntries(
      Object.entries(JOURNAL_WORDS).map(([list, words]) => [list, Object.keys(words)]),
    ),
  },
  plan: {
    version: PLAN_VERSION,
    words: { JOB_TYPES, ENFORCE, PROCESSES, PLUGIN_PERMISSIONS },
  },
};

/** The words that `next` writes under the same version as `kept`, which a reader of `kept` does not know. */
export function unknownWords(kept: FormatWords, next: FormatWords): string[] {
  if (next.version !== kept.version) return [];
  return Object.entries(next.words).flatMap(([list, words]) =>
    words.filter((word) => kept.words[list]?.includes(word) === false)
  );
}
