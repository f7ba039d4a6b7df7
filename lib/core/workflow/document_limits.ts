/**
 * Looks through decoded data, before anything else reads it, for what no workflow may hold: names
 * that JavaScript objects keep for themselves, numbers that lost digits, control characters, and
 * nesting, cycles and expansions that would take the reader down. It knows nothing of jobs.
 *
 * Aliases of YAML arrive as references to one shared node. A shared node is walked once for each
 * reference, so that paths are right; a budget of visits stops what expands without end.
 */
import { isMapping } from "../base/json.ts";

import {
  AT_DOCUMENT,
  atKey,
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
  type DiagnosticPlace,
} from "./diagnostic.ts";

/** Containers may stand in each other so many levels deep; the root is the first. */
export const NESTING_MAX = 64;

/** What is said of a document that is nested deeper. */
export const TOO_DEEP: DiagnosticDetail = {
  code: "E109",
  depth: NESTING_MAX + 1,
  limit: NESTING_MAX,
};

/** What is said of aliases that expand to far more than the file shows. */
export const ALIAS_BOMB: DiagnosticDetail = { code: "E108", problem: "bomb" };

/** So many nodes may be visited, shared ones once for each reference. */
export const NODES_MAX = 2_000_000;

/** More mistakes than this are not collected: nobody reads them. */
export const DIAGNOSTICS_MAX = 100;

const RESERVED_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A C0 control character other than tab and line breaks. */
// deno-lint-ignore no-control-regex -- control characters are what this is about
export const CONTROL_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f]/;

/**
 * All that is wrong with `data`, or nothing. A document that a file spells out node by node has
 * fewer nodes than characters: give a larger `nodeBudget` for a long one.
 */
export function checkLimits(data: unknown, nodeBudget: number = NODES_MAX): Diagnostic[] {
  const walk = new Walk(nodeBudget);
  if (typeof data === "object" && data !== null) walk.enter(data);
  return isMapping(data) ? walk.diagnostics : [wrongRoot(data), ...walk.diagnostics];
}

/** Says in a word or two what kind of value this is. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}

function wrongRoot(data: unknown): Diagnostic {
  const found = kindOf(data);
  return diagnosticAt(found === "nothing" ? AT_DOCUMENT : atValue(), { code: "E110", found });
}

/** One pass over a document. It recurses, and cannot go deeper than NESTING_MAX. */
class Walk {
  readonly diagnostics: Diagnostic[] = [];
  /** The containers from the root to the current one, and the keys that led from each to the next. */
  readonly #ancestors: object[] = [];
  readonly #path: (string | number)[] = [];
  /** Shared containers whose mistakes have been told; told again they would only be noise. */
  readonly #faulty = new Set<object>();
  /** Most keys recur in every job: those found good are not looked at again. */
  readonly #goodKeys = new Set<string>();
  #visitsLeft: number;

  constructor(nodeBudget: number) {
    this.#visitsLeft = nodeBudget;
  }

  enter(container: object): void {
    const depth = this.#ancestors.length;
    if (depth === NESTING_MAX) return this.#stopTooDeep(container);
    this.#ancestors.push(container);
    const silent = this.#faulty.has(container);
    if (Array.isArray(container)) {
      for (let index = 0; index < container.length && this.#visitsLeft > 0; index++) {
        this.#path[depth] = index;
        this.#visit(container[index], container, silent);
      }
    } else {
      for (const key of Object.keys(container)) {
        if (this.#visitsLeft <= 0) break;
        this.#path[depth] = key;
        if (!this.#goodKeys.has(key)) this.#checkKey(key, container, silent);
        this.#visit((container as Record<string, unknown>)[key], container, silent);
      }
    }
    this.#ancestors.pop();
    this.#path.length = depth;
  }

  #visit(value: unknown, owner: object, silent: boolean): void {
    if (--this.#visitsLeft === 0) return this.#stopExpansion();
    if (typeof value === "object" && value !== null) return this.enter(value);
    if (silent) return;
    if (typeof value === "string") this.#checkText(value, owner, atValue);
    else if (typeof value === "number") this.#checkNumber(value, owner);
  }

  #checkKey(key: string, owner: object, silent: boolean): void {
    if (RESERVED_KEYS.has(key)) {
      if (!silent) this.#report(owner, atKey(...this.#path), { code: "E111", key });
    } else if (CONTROL_CHARACTER.test(key)) {
      if (!silent) this.#checkText(key, owner, atKey);
    } else {
      this.#goodKeys.add(key);
    }
  }

  #checkText(text: string, owner: object, at: typeof atValue): void {
    if (!CONTROL_CHARACTER.test(text)) return;
    const character = text.charCodeAt(text.search(CONTROL_CHARACTER));
    this.#report(owner, at(...this.#path), { code: "E307", character });
  }

  #checkNumber(value: number, owner: object): void {
    // Beyond 2^53 not every integer has a number of its own: what was written may be lost. NaN is
    // not at most anything.
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return;
    this.#report(owner, atValue(...this.#path), { code: "E303", value: String(value) });
  }

  #report(owner: object, place: DiagnosticPlace, detail: DiagnosticDetail): void {
    this.#faulty.add(owner);
    this.diagnostics.push(diagnosticAt(place, detail));
    if (this.diagnostics.length >= DIAGNOSTICS_MAX) this.#visitsLeft = 0;
  }

  /** The path leads somewhere within the expansion; its first step tells more than the whole. */
  #stopExpansion(): void {
    this.#path.length = 1;
    this.#stop(ALIAS_BOMB);
  }

  /** Too deep is often a cycle: then a container stands among its own ancestors. */
  #stopTooDeep(container: object): void {
    const chain = [...this.#ancestors, container];
    const again = chain.findIndex((node, index) => chain.indexOf(node) < index);
    if (again === -1) {
      this.#stop(TOO_DEEP);
    } else {
      this.#path.length = again;
      this.#stop({ code: "E108", problem: "cycle" });
    }
  }

  /** Ends the walk: the rest of such a document tells nothing more. */
  #stop(detail: DiagnosticDetail): void {
    this.diagnostics.push(diagnosticAt(atValue(...this.#path), detail));
    this.#visitsLeft = 0;
  }
}
