/**
 * The careful reader: the `yaml` package, which knows the position of every node, finds all errors
 * of a text rather than the first, and reads YAML 1.2 as it is written. It also reads JSON, nearly
 * all of which is YAML. It is ten times slower than the fast parsers and costs 30 ms to load, so
 * it is asked only where something is wrong or odd.
 */

import type { Alias, Document, Node, ParsedNode, YAMLError, YAMLMap } from "yaml";
import type { DiagnosticDetail } from "../../core/workflow/diagnostic.ts";
import type { Span } from "./json_text.ts";
import { loadYaml, undisturbed } from "./yaml_package.ts";

/** A longer text takes this reader many seconds, and a hundred times its size in memory. */
export const CAREFUL_LENGTH_MAX = 8 * 1024 * 1024;

/** A mistake in a text, by offsets. */
export interface TextFault extends Span {
  readonly detail: DiagnosticDetail;
  /** For a duplicate key: where the first one stands. */
  readonly first: Span | null;
}

/** A fault of `length` characters. */
export function faultAt(start: number, length: number, detail: DiagnosticDetail): TextFault {
  return { start, end: start + length, detail, first: null };
}

/** A text as a tree of nodes that know their offsets. */
export interface YamlTree {
  readonly root: ParsedNode | null;
  /** In the order of the text. Where there are any, the tree is incomplete. */
  readonly faults: readonly TextFault[];
  /** The node that an alias stands for. */
  readonly aliasTargets: ReadonlyMap<Alias, Node>;
  /** The plain data of the tree. Aliases become shared references; merge keys stay keys. */
  toData(): unknown;
}

/** Reads all of `text` that can be read. Throws RangeError where it is nested far too deep. */
export async function readCarefully(text: string, format: "yaml" | "json"): Promise<YamlTree> {
  const yaml = await loadYaml();
  const [document, second] = undisturbed(() => firstDocuments(yaml, text));
  const faults = [...document.errors, ...document.warnings].map((error) => toFault(error, format));
  if (second !== undefined) faults.push(faultAt(second.range[0], 3, { code: "E106" }));
  const aliasTargets = inspectNodes(yaml, document, faults);
  faults.sort((a, b) => a.start - b.start);
  return {
    root: document.contents,
    faults: withoutEchoes(text, faults).map((fault) => whereItIs(text, fault)),
    aliasTargets,
    toData: () => document.toJS({ maxAliasCount: -1 }),
  };
}

/** The first document of a text, and the next if there is one. */
function firstDocuments(
  yaml: typeof import("yaml"),
  text: string,
): [Document.Parsed, Document.Parsed?] {
  const documents: Document.Parsed[] = [];
  const composer = new yaml.Composer({
    // The package compares each key with each: with many keys that takes forever. See below.
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: "silent",
  });
  for (const document of composer.compose(new yaml.Parser().parse(text), true, text.length)) {
    documents.push(document as Document.Parsed);
    if (documents.length === 2) break; // no need to read what will be refused
  }
  return documents as [Document.Parsed, Document.Parsed?];
}

const MISALIGNED = "All mapping items must start at the same column";

/** The package tells some mistakes where it gave up. What is wrong is where a person would mend it. */
function whereItIs(text: string, fault: TextFault): TextFault {
  const { start, detail } = fault;
  if (detail.code !== "E105" || detail.format !== "yaml") return fault;
  if (/^Nested mappings/.test(detail.cause)) {
    const colon = /^[^\n]*?:(?=\s|$)/.exec(text.slice(start));
    if (colon !== null) return faultAt(start + colon[0].length - 1, 1, detail);
    // The value goes on in the next line, with what was meant as a key.
    const next = /^.*\n\s*/.exec(text.slice(start))?.[0].length ?? 0;
    return faultAt(start + next, 1, { ...detail, cause: MISALIGNED });
  }
  if (!/^Sequence item without|same column$/.test(detail.cause)) return fault;
  const indent = /^ */.exec(text.slice(start))![0].length;
  return faultAt(start + indent, 1, detail);
}

/** One mistake of syntax often makes the rest of its line unreadable: only the first counts. */
function withoutEchoes(text: string, faults: readonly TextFault[]): TextFault[] {
  let lineEnd = -1;
  return faults.filter(({ start, detail }) => {
    if (detail.code !== "E105") return true;
    if (start < lineEnd) return false;
    const end = text.indexOf("\n", start);
    lineEnd = end < 0 ? text.length + 1 : end;
    return true;
  });
}

/** Finds what aliases stand for, and adds the faults that only a look at whole mappings shows. */
function inspectNodes(
  yaml: typeof import("yaml"),
  document: Document.Parsed,
  faults: TextFault[],
): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const unclosed = unclosedQuotes(faults);
  yaml.visit(document, {
    Node(_key, node) {
      if ("anchor" in node && node.anchor !== undefined) anchors.set(node.anchor, node);
      if (unclosed.size > 0 && node.range) moveToOpeningQuote(faults, unclosed, node.range);
    },
    Map(_key, map) {
      if (map.anchor !== undefined) anchors.set(map.anchor, map);
      faults.push(...duplicateKeys(yaml, map));
    },
    Alias(_key, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
      else faults.push(unresolvedAlias(alias));
    },
  });
  return targets;
}

/** A quote that is never closed is missed where the text ends: what is wrong is where it opens. */
function moveToOpeningQuote(
  faults: TextFault[],
  unclosed: ReadonlyMap<number, number>,
  [start, end]: readonly [number, number, number],
): void {
  const fault = unclosed.get(end);
  if (fault !== undefined) faults[fault] = faultAt(start, 1, faults[fault]!.detail);
}

const MISSING_QUOTE = /^Missing closing ['"]quote/;

/** The faults that miss a closing quote, by the offset at which they do. */
function unclosedQuotes(faults: readonly TextFault[]): Map<number, number> {
  const found = new Map<number, number>();
  faults.forEach(({ start, detail }, i) => {
    if (detail.code === "E105" && MISSING_QUOTE.test(detail.cause)) found.set(start, i);
  });
  return found;
}

function duplicateKeys(yaml: typeof import("yaml"), map: YAMLMap): TextFault[] {
  const found: TextFault[] = [];
  const firsts = new Map<string, Span>();
  for (const { key } of map.items) {
    if (!yaml.isScalar(key) || !key.range) continue;
    // As text, because 1 and "1" become the same key.
    const name = String(key.value);
    const [start, end] = key.range;
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, { start, end });
    else found.push({ start, end, detail: { code: "E107", key: name }, first });
  }
  return found;
}

function unresolvedAlias(alias: Alias): TextFault {
  const cause = `Unresolved alias: ${alias.source}`;
  const length = alias.source.length + 1;
  return faultAt(alias.range?.[0] ?? 0, length, { code: "E105", format: "yaml", cause });
}

function toFault(error: YAMLError, format: "yaml" | "json"): TextFault {
  // The package recurses, and reports like this where the stack ends.
  if (error.code === "RESOURCE_EXHAUSTION") throw new RangeError(error.message);
  const [start, end] = error.pos;
  return { start, end, detail: { code: "E105", format, cause: error.message }, first: null };
}
