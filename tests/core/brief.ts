/** Diagnostics as one line each, for tables. */
import type { Diagnostic } from "../../lib/core/diagnostic.ts";

/**
 * The code, what it is about, and where. Left out is what repeats the rest: the names that are known,
 * and the key of a value of the wrong type.
 */
export function brief(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ detail, place }) => {
    const { code, ...facts } = detail;
    const shown = Object.entries(facts).flatMap(([name, fact]) =>
      name === "known" || (code === "E201" && name === "key") ? [] : [fact]
    );
    const where = "path" in place ? `${place.at} /${place.path.join("/")}` : place.at;
    return `${[code, ...shown].join(" ")} @ ${where}`;
  });
}
