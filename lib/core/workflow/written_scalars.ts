/**
 * Variables of jobs that the file writes as numbers or booleans. A job gets text: where the number reads
 * otherwise than it is written (`1.10` as 1.1, `010` as 10), the job would get what nobody wrote.
 */
import { property } from "../base/json.ts";
import { atValue, type Diagnostic, diagnosticAt, type DocumentPath } from "./diagnostic.ts";

/** A variable that is not text in the file. */
export interface PlainValue {
  readonly path: DocumentPath;
  readonly value: number | boolean;
}

/** What these look like where they may read otherwise than they are written; others look so as well. */
const ODD_SCALAR =
  /(?:^|[\s:,[{])(?:[-+]?0[\dxob_]|[+.]\.?\d|[-+]?\d[\d_]*\.(?:\d*0)?(?!\d)|-\.\d|[-+]?[\d_.]*\d(?:[eE]|_)|-0(?![\d.])|[-+]?0\.0{6}|[-+]?(?=[\d.]{17})\d+\.\d|True|TRUE|False|FALSE)/;

/** Whether it is worth while to look how the values are written in `text`. Quick, and often wrong. */
export function mayReadOtherwise(text: string): boolean {
  return ODD_SCALAR.test(text);
}

/** All such variables of a document, whatever its shape. */
export function plainValues(document: unknown): PlainValue[] {
  const found: PlainValue[] = [];
  const add = (owner: unknown, path: DocumentPath) => {
    const environment = property(owner, "environment");
    if (typeof environment !== "object" || environment === null) return;
    for (const [name, value] of Object.entries(environment)) {
      if (typeof value !== "number" && typeof value !== "boolean") continue;
      found.push({ path: [...path, "environment", name], value });
    }
  };
  add(property(document, "global_config"), ["global_config"]);
  const jobs = property(document, "jobs");
  if (Array.isArray(jobs)) jobs.forEach((job, index) => add(job, ["jobs", index]));
  return found;
}

/** Refuses the values whose text, where it is known, is not what a job would get. */
export function checkWritten(
  values: readonly PlainValue[],
  written: readonly (string | null)[],
): Diagnostic[] {
  return values.flatMap(({ path, value }, i) => {
    const text = written[i] ?? null;
    // An alias shows its name alone.
    if (text === null || text.startsWith("*") || text === String(value)) return [];
    const detail = { code: "E303", value: String(value), written: text } as const;
    return [diagnosticAt(atValue(...path), detail)];
  });
}
