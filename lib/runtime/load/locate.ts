/**
 * Finds the places of diagnostics in the text of the file: a path becomes a line and a column. The
 * text is read once more, slowly, by a reader that knows positions: only files with mistakes pay.
 */

import type { Node, Pair } from "yaml";
import type {
  Diagnostic,
  DiagnosticPlace,
  DocumentPath,
  LocatedDiagnostic,
  SourcePosition,
} from "../../core/workflow/diagnostic.ts";
import { NESTING_MAX } from "../../core/workflow/document_limits.ts";
import { LineIndex } from "../../core/workflow/line_index.ts";
import { MERGE_KEY } from "../../core/workflow/merge_keys.ts";
import { CAREFUL_LENGTH_MAX, readCarefully, type YamlTree } from "./strict_yaml.ts";
import type { Span } from "./json_text.ts";
import { loadYaml } from "./yaml_package.ts";

/** Locates each diagnostic and its related places. `text` is YAML or JSON, as `decodeText` gives it. */
export async function locateDiagnostics(
  text: string,
  diagnostics: readonly Diagnostic[],
): Promise<LocatedDiagnostic[]> {
  const lines = new LineIndex(text);
  const finder = diagnostics.some(needsTree) ? await makeFinder(text) : null;
  const locate = (place: DiagnosticPlace): SourcePosition | null => {
    if (place.at === "position") return place.position;
    if (place.at === "nowhere") return null;
    if (place.at === "document") return { line: 1, column: 1, endColumn: 2 };
    const span = finder?.find(place.path, place.at) ?? null;
    return span && lines.position(span.start, span.end);
  };
  return diagnostics.map(({ detail, place, related }) => ({
    detail,
    position: locate(place),
    related: related.map(({ role, name, place }) => ({ role, name, position: locate(place) })),
  }));
}

/** Where the values are that these paths lead to; `null` for what the text does not show. */
export async function locatePlaces(
  text: string,
  paths: readonly DocumentPath[],
): Promise<(SourcePosition | null)[]> {
  const lines = new LineIndex(text);
  const finder = await makeFinder(text);
  return paths.map((path) => {
    const span = finder?.find(path, "value") ?? null;
    return span && lines.position(span.start, span.end);
  });
}

/** How the values are written that these paths lead to; `null` for what the text does not show. */
export async function writtenAt(
  text: string,
  paths: readonly DocumentPath[],
): Promise<(string | null)[]> {
  const finder = await makeFinder(text);
  return paths.map((path) => {
    const span = finder?.find(path, "value") ?? null;
    return span && text.slice(span.start, span.end).trim();
  });
}

function needsTree({ place, related }: Diagnostic): boolean {
  return [place, ...related.map((one) => one.place)].some((one) => "path" in one);
}

/** `null` where the text cannot be read, or would take too long. */
async function makeFinder(text: string): Promise<Finder | null> {
  if (text.length > CAREFUL_LENGTH_MAX) return null;
  try {
    return new Finder(await loadYaml(), await readCarefully(text, "yaml"));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Goes along paths in the tree of one text. */
class Finder {
  readonly #yaml: typeof import("yaml");
  readonly #tree: YamlTree;

  constructor(yaml: typeof import("yaml"), tree: YamlTree) {
    this.#yaml = yaml;
    this.#tree = tree;
  }

  /** The key or value that `path` leads to; where it ends early, the nearest there is. */
  find(path: DocumentPath, wanted: "key" | "value"): Span | null {
    let node: Node | null = this.#tree.root;
    let key: Node | null = null;
    for (const step of path) {
      const next = this.#step(node, step);
      if (next === null) return spanOf(key) ?? this.#firstKey(node) ?? spanOf(node);
      [key, node] = next;
    }
    if (wanted === "key" && key !== null) return spanOf(key);
    // An empty value has no text: then its key is shown.
    const span = spanOf(node);
    return span !== null && (span.end > span.start || key === null) ? span : spanOf(key);
  }

  /** One step down: the key stepped through, which lists have not, and the node it leads to. */
  #step(from: Node | null, step: string | number): [Node | null, Node | null] | null {
    const node = this.#resolve(from);
    if (this.#yaml.isSeq(node)) {
      const item = node.items[Number(step)];
      return item === undefined ? null : [null, item as Node];
    }
    const pair = this.#pair(node, String(step), NESTING_MAX);
    return pair && [pair.key, pair.value];
  }

  /** The pair with this key, of the mapping itself or lent to it by a merge key. */
  #pair(from: Node | null, name: string, levelsLeft: number): Pair<Node, Node | null> | null {
    const node = this.#resolve(from);
    if (!this.#yaml.isMap<Node, Node | null>(node) || levelsLeft === 0) return null;
    const own = node.items.find(({ key }) => this.#nameOf(key) === name);
    if (own !== undefined) return own;
    const lent = node.items.find(({ key }) => this.#nameOf(key) === MERGE_KEY)?.value ?? null;
    const lenders = this.#resolve(lent);
    const list = this.#yaml.isSeq<Node>(lenders) ? lenders.items : [lenders];
    for (const lender of list) {
      const pair = this.#pair(lender, name, levelsLeft - 1);
      if (pair !== null) return pair;
    }
    return null;
  }

  #nameOf(key: Node): string | null {
    const node = this.#resolve(key);
    return this.#yaml.isScalar(node) ? String(node.value) : null;
  }

  #resolve(node: Node | null): Node | null {
    return this.#yaml.isAlias(node) ? this.#tree.aliasTargets.get(node) ?? null : node;
  }

  #firstKey(from: Node | null): Span | null {
    const node = this.#resolve(from);
    return this.#yaml.isMap<Node>(node) ? spanOf(node.items[0]?.key ?? null) : null;
  }
}

function spanOf(node: Node | null): Span | null {
  return node?.range ? { start: node.range[0], end: node.range[1] } : null;
}
