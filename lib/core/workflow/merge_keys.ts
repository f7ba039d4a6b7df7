/**
 * Merge keys of YAML 1.1, which people go on using: `<<: *defaults` lends the keys of one or more
 * mappings to the mapping it stands in. A key of the mapping's own wins, then the earlier lender.
 * See https://yaml.org/type/merge.html.
 */

import {
  atValue,
  type Checked,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
} from "./diagnostic.ts";
import { isMapping } from "../base/json.ts";
import { ALIAS_BOMB, kindOf, NODES_MAX } from "./document_limits.ts";

/** The key that merges. */
export const MERGE_KEY = "<<";

/**
 * Carries out all merge keys of `data`, in place. `data` must have passed `checkLimits`: without
 * cycles, not too deep, without reserved keys. Pass the result to it again, as what is lent can
 * end up deeper than where it stood.
 */
export function applyMergeKeys(data: unknown): Checked<unknown> {
  const merging = new Merging();
  merging.visit(data, []);
  if (merging.diagnostics.length > 0) return { ok: false, diagnostics: merging.diagnostics };
  return { ok: true, value: data };
}

class Merging {
  readonly diagnostics: Diagnostic[] = [];
  readonly #done = new Set<object>();
  #copiesLeft = NODES_MAX;

  /** Children first, so that a lender has all its keys when it lends them. */
  visit(value: unknown, path: readonly (string | number)[]): void {
    if (typeof value !== "object" || value === null || this.#done.has(value)) return;
    this.#done.add(value);
    for (const [key, child] of Object.entries(value)) {
      this.visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
    }
    if (isMapping(value) && Object.hasOwn(value, MERGE_KEY)) this.#merge(value, path);
  }

  #merge(target: Record<string, unknown>, path: readonly (string | number)[]): void {
    const place = atValue(...path, MERGE_KEY);
    const lent = target[MERGE_KEY];
    delete target[MERGE_KEY];
    for (const lender of Array.isArray(lent) ? lent : [lent]) {
      if (!isMapping(lender)) {
        this.diagnostics.push(diagnosticAt(place, notAMapping(lender)));
      } else if (!this.#copyMissing(lender, target)) {
        this.diagnostics.push(diagnosticAt(place, ALIAS_BOMB));
        return;
      }
    }
  }

  /** False when all merges together have copied too much. */
  #copyMissing(lender: Record<string, unknown>, target: Record<string, unknown>): boolean {
    if (this.#copiesLeft <= 0) return false;
    for (const [key, value] of Object.entries(lender)) {
      this.#copiesLeft--;
      if (!Object.hasOwn(target, key)) target[key] = value;
    }
    return this.#copiesLeft > 0;
  }
}

function notAMapping(value: unknown): DiagnosticDetail {
  return {
    code: "E201",
    key: "<<",
    expected: "a mapping",
    found: kindOf(value),
    value: null,
    quoteIt: false,
  };
}
