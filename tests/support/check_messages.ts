/** Tables of diagnostics and their words, and the rules that all words keep. */
import type { DiagnosticCode, DiagnosticDetail } from "../../lib/core/workflow/diagnostic.ts";
import { diagnosticMessage } from "../../lib/view/problem/message.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "./assert.ts";
import { text } from "./shown_text.ts";

type FactsOf<D> = D extends DiagnosticDetail ? Omit<D, "code"> : never;

/** The facts of a diagnostic, its words, and the text of the file at its place where that matters. */
type Row<C extends DiagnosticCode> = readonly [
  facts: FactsOf<Extract<DiagnosticDetail, { code: C }>>,
  expected: string,
  written?: string,
];

/** Rows for each of some codes: a missing code does not compile. */
type Rows<P extends string> = {
  readonly [C in Extract<DiagnosticCode, P>]: readonly Row<C>[];
};

/** A test for each row. */
export function checkMessages<P extends string>(table: Rows<P>): void {
  for (const [code, rows] of Object.entries<readonly Row<DiagnosticCode>[]>(table)) {
    for (const [facts, expected, written] of rows) {
      const [title] = text(expected).split("\n");
      Deno.test(`${code} says: ${title!.slice(0, 70)}`, () => {
        // The facts of a code with that code are its detail; the compiler cannot follow that.
        checkMessage({ code, ...facts } as DiagnosticDetail, text(expected), written);
      });
    }
  }
}

function checkMessage(detail: DiagnosticDetail, expected: string, written?: string): void {
  const { title, label, help } = diagnosticMessage(detail, written);
  const words = [title];
  if (label !== "") words.push(`^ ${label}`);
  if (help !== null) words.push(`= ${help}`);
  assertEquals(words.join("\n"), expected);

  assertMatch(title, /^['A-Z-]/, "a title begins as a sentence does");
  for (const part of [title, label, help ?? ""]) {
    assertNotMatch(part, /\.$/, "no full stop");
    assertNotMatch(part, /n't\b|'re\b|'s\b/, "no contractions");
    assert(part === "" || part.isWellFormed() && !/\p{Cc}/u.test(part), "safe to print");
  }
  assert(label !== "here", "a label says more than the carets");
}
