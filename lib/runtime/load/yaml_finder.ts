/** Goes along paths in the tree of a text that the careful reader has read. */

import type { Node, Pair, YAMLMap } from "yaml";
import { NESTING_MAX } from "../../core/workflow/document_limits.ts";
import type { DocumentPath } from "../../core/workflow/diagnostic.ts";
import { MERGE_KEY } from "../../core/workflow/merge_keys.ts";
import type { YamlTree } from "./strict_yaml.ts";
import type { Span } from "./json_text.ts";

/** Larger mappings get an index: a file may have thousands of mistakes in one of them. */
const SEARCHED_MAX = 32;

type Pairs = Pair<Node, Node | null>;

/** Finds places in the tree of one text. */
export class Finder {
  readonly #yaml: typeof import("yaml");
  readonly #tree: YamlTree;
  readonly #byName = new Map<YAMLMap<Node, Node | null>, Map<string | null, Pairs>>();

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

  /** Where the entries begin of the list in block style that is the value of this key of the root. */
  entriesOf(name: string): (number | null)[] | null {
    const list = this.#pair(this.#tree.root, name, 1)?.value;
    if (!this.#yaml.isSeq<Node>(list) || list.flow === true) return null;
    return list.items.map((item) => spanOf(item)?.start ?? null);
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
  #pair(from: Node | null, name: string, levelsLeft: number): Pairs | null {
    const node = this.#resolve(from);
    if (!this.#yaml.isMap<Node, Node | null>(node) || levelsLeft === 0) return null;
    const own = this.#own(node, name);
    if (own !== undefined) return own;
    const lent = this.#own(node, MERGE_KEY)?.value ?? null;
    const lenders = this.#resolve(lent);
    const list = this.#yaml.isSeq<Node>(lenders) ? lenders.items : [lenders];
    for (const lender of list) {
      const pair = this.#pair(lender, name, levelsLeft - 1);
      if (pair !== null) return pair;
    }
    return null;
  }

  /** The first pair of the mapping itself with this key. */
  #own(map: YAMLMap<Node, Node | null>, name: string): Pairs | undefined {
    if (map.items.length <= SEARCHED_MAX) {
      return map.items.find(({ key }) => this.#nameOf(key) === name);
    }
    let index = this.#byName.get(map);
    if (index === undefined) {
      // The last one set stays: the first of equal keys.
      index = new Map(map.items.toReversed().map((pair) => [this.#nameOf(pair.key), pair]));
      this.#byName.set(map, index);
    }
    return index.get(name);
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
