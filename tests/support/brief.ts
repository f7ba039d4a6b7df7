/** Diagnostics as one line each, for tables. */
import type { Diagnostic } from "../../lib/core/workflow/diagnostic.ts";

const REPEATED: Readonly<Record<string, readonly string[]>> = {
  E201: ["key"],
  E209: ["needed", "ofType"],
};

/**
 * The code, what it is about, and where. Left out is what repeats the rest: what would be right,
 * and the key of a value of the wrong type.
 */
export function brief(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ detail, place }) => {
    const { code, ...facts } = detail;
    const shown = Object.entries(facts).flatMap(([name, fact]) =>
      (name === "known" || REPEATED[code]?.includes(name)) ? [] : [fact]
    );
    const where = "path" in place ? `${place.at} /${place.path.join("/")}` : place.at;
    return `${[code, ...shown].join(" ")} @ ${where}`;
  });
}
