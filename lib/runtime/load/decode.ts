/**
 * The bytes of a workflow file become plain data, or diagnostics that say why not. A fast parser
 * reads, as nearly all files are right; only where it fails, or where the guard distrusts its
 * reading, is the careful reader asked. What a workflow must look like is not known here.
 */

import {
  AT_DOCUMENT,
  type Checked,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticDetail,
  type DiagnosticPlace,
} from "../../core/workflow/diagnostic.ts";
import {
  ALIAS_BOMB,
  checkLimits,
  CONTROL_CHARACTER,
  DIAGNOSTICS_MAX,
  NODES_MAX,
  TOO_DEEP,
} from "../../core/workflow/document_limits.ts";
import { LineIndex } from "../../core/workflow/line_index.ts";
import { applyMergeKeys } from "../../core/workflow/merge_keys.ts";
import { CAREFUL_LENGTH_MAX, faultAt, readCarefully, type TextFault } from "./strict_yaml.ts";
import {
  excessAliasOffset,
  guessYamlNesting,
  hasOddNumber,
  hasOddStructure,
  needsCarefulReader,
} from "./yaml_precheck.ts";
import { countJson, duplicateJsonKeys, jsonFault, type Span } from "./json_text.ts";

/** How to read a file; `unknown` is for standard input: JSON if it is JSON, else YAML. */
export type DocumentFormat = "yaml" | "json" | "unknown";

/** Decodes a whole file. Places of diagnostics are paths where the text could be read. */
export async function decodeDocument(
  bytes: Uint8Array,
  format: DocumentFormat,
): Promise<Checked<unknown>> {
  const flood = format === "json" ? null : aliasFlood(bytes);
  if (flood !== null) return flood;
  const text = decodeText(bytes);
  if (!text.ok) return text;
  const parsed = await parseText(text.value, format);
  if (!parsed.ok) return parsed;
  return checkData(parsed.value, text.value);
}

/** So much of a large file is looked at before all of it becomes text. */
const OPENING_BYTES = 2 * 1024 * 1024;

/** Refuses a large file made of aliases at the cost of its opening, in time and in memory. */
function aliasFlood(bytes: Uint8Array): Checked<never> | null {
  if (bytes.length <= OPENING_BYTES) return null;
  const opening = new TextDecoder().decode(bytes.subarray(0, OPENING_BYTES));
  const excess = excessAliasOffset(opening);
  return excess === null ? null : failedAt(opening, excess, ALIAS_BOMB);
}

/** Decodes UTF-8, without its byte order mark, and refuses what is no text. */
export function decodeText(bytes: Uint8Array): Checked<string> {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const detail = { code: "E103", encoding: "utf-16", byteOffset: 0 } as const;
    return { ok: false, diagnostics: [diagnosticAt(AT_DOCUMENT, detail)] };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return invalidUtf8(bytes);
  }
  const control = CONTROL_CHARACTER.exec(text);
  if (control === null) return { ok: true, value: text };
  const character = text.charCodeAt(control.index);
  return failedAt(text, control.index, { code: "E104", character });
}

/** The first byte that differs after decoding and encoding again belongs to the bad character. */
function invalidUtf8(bytes: Uint8Array): Checked<string> {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(text);
  let byteOffset = again.findIndex((byte, index) => byte !== bytes[index]);
  while (isContinuation(again[byteOffset])) byteOffset--;
  const before = new TextDecoder().decode(bytes.subarray(0, byteOffset));
  return failedAt(before, before.length, { code: "E103", encoding: "invalid utf-8", byteOffset });
}

/** True for the second and later bytes of a character in UTF-8. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

async function parseText(text: string, format: DocumentFormat): Promise<Checked<unknown>> {
  if (text.trim() === "") return { ok: true, value: null };
  if (format === "yaml") return await parseYaml(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return format === "json" ? await explainJson(text, error) : await parseYaml(text);
  }
  // JSON.parse takes the last of equal keys: then the text has more keys than its data.
  if (countJson(text).colons === countKeys(value)) return { ok: true, value };
  const duplicates = duplicateJsonKeys(text).map(({ key, ...spans }): TextFault => (
    { detail: { code: "E107", key }, ...spans }
  ));
  return { ok: false, diagnostics: toDiagnostics(text, duplicates) };
}

function countKeys(root: unknown): number {
  let keys = 0;
  const containers: object[] = [[root]];
  for (let container = containers.pop(); container !== undefined; container = containers.pop()) {
    const children = Object.values(container);
    if (!Array.isArray(container)) keys += children.length;
    for (const child of children) {
      if (typeof child === "object" && child !== null) containers.push(child);
    }
  }
  return keys;
}

/** V8 finds the first mistake and the careful reader those on later lines; the rest is doubtful. */
async function explainJson(text: string, error: unknown): Promise<Checked<unknown>> {
  const { tooDeepAt } = countJson(text);
  if (tooDeepAt !== null) return failedAt(text, tooDeepAt, TOO_DEEP);
  const { offset, cause } = jsonFault(text, (error as SyntaxError).message);
  const fault = faultAt(offset, 1, { code: "E105", format: "json", cause });
  const lineEnd = text.indexOf("\n", offset);
  const later = lineEnd === -1 ? [] : await carefulFaults(text, "json");
  const diagnostics = toDiagnostics(text, [fault, ...later.filter((one) => one.start > lineEnd)]);
  return { ok: false, diagnostics };
}

async function parseYaml(text: string): Promise<Checked<unknown>> {
  const excess = excessAliasOffset(text);
  if (excess !== null) return failedAt(text, excess, ALIAS_BOMB);
  // @ts-types="../../types/std_yaml_parse.d.ts"
  const { parse } = await import("@std/yaml/parse");
  let doubtful = false;
  // It warns of text that is not indented enough, which YAML does not allow.
  const options = { schema: "core", onWarning: () => (doubtful = true) } as const;
  try {
    const value = parse(text, options);
    if (!doubtful && !needsCarefulReader(text)) return { ok: true, value };
    const inParts = await readInParts(text, { quick: value, doubtful });
    if (inParts !== null) return { ok: true, value: inParts };
    const tree = await readCarefully(text, "yaml");
    if (tree.faults.length === 0) return { ok: true, value: tree.toData() };
    return { ok: false, diagnostics: toDiagnostics(text, tree.faults) };
  } catch (error) {
    return await explainYaml(text, error);
  }
}

/** Longer texts are read in parts, which takes less time and memory. */
const PARTS_LENGTH_MIN = 64 * 1024;

/**
 * The data of a long text without mistakes; `null` for one that has to be read as a whole. Where nothing
 * but numbers may be read wrongly, the jobs without such numbers are as the quick parser reads them.
 */
async function readInParts(
  text: string,
  { quick, doubtful }: { readonly quick: unknown; readonly doubtful: boolean },
): Promise<unknown> {
  if (text.length < PARTS_LENGTH_MIN) return null;
  const [{ findJobLines }, { readDataInParts }] = await Promise.all([
    import("./job_lines.ts"),
    import("./strict_parts.ts"),
  ]);
  const lines = findJobLines(text);
  if (lines === null) return null;
  const allOdd = doubtful || hasOddStructure(text);
  // What an alias stands for may be a number elsewhere.
  const isOdd = (job: string) => allOdd || job.includes("*") || hasOddNumber(job);
  return await readDataInParts(lines, quick, lines.jobsWhere(isOdd));
}

/** Nesting guessed to be deeper than this is left alone by the careful reader. */
const HOPELESS_DEPTH = 2_000;

/** The fast parser stops at the first mistake; the careful reader finds them all. */
async function explainYaml(text: string, error: unknown): Promise<Checked<unknown>> {
  if (error instanceof RangeError) return failedTooDeep(text);
  if (!isPlaced(error)) throw error;
  const hopeless = guessYamlNesting(text).depth > HOPELESS_DEPTH;
  const faults = hopeless ? [] : await carefulFaults(text, "yaml");
  if (faults.length === 0) {
    const cause = error.message.replace(/ at line \d+, column \d+.*$/s, "");
    faults.push(faultAt(error.offset, 1, { code: "E105", format: "yaml", cause }));
  }
  return { ok: false, diagnostics: toDiagnostics(text, faults) };
}

/** True for the errors of @std/yaml. */
function isPlaced(error: unknown): error is SyntaxError & { readonly offset: number } {
  return error instanceof SyntaxError && "offset" in error && typeof error.offset === "number";
}

/** What the careful reader finds, where it can be asked. */
async function carefulFaults(text: string, format: "yaml" | "json"): Promise<TextFault[]> {
  if (text.length > CAREFUL_LENGTH_MAX) return [];
  try {
    return [...(await readCarefully(text, format)).faults];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [faultAt(guessYamlNesting(text).tooDeepAt, 1, TOO_DEEP)];
  }
}

/** A key that merges; `<<EOF` in a command is none. */
const MERGE_KEY_IN_TEXT = /<<["']?\s*:/;

function checkData(value: unknown, text: string): Checked<unknown> {
  const nodeBudget = Math.max(NODES_MAX, text.length);
  const diagnostics = checkLimits(value, nodeBudget);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  if (!MERGE_KEY_IN_TEXT.test(text)) return { ok: true, value };
  const merged = applyMergeKeys(value);
  if (!merged.ok) return merged;
  const grown = checkLimits(merged.value, nodeBudget);
  return grown.length > 0 ? { ok: false, diagnostics: grown } : merged;
}

function toDiagnostics(text: string, faults: readonly TextFault[]): Diagnostic[] {
  const lines = new LineIndex(text);
  const place = (span: Span): DiagnosticPlace => ({
    at: "position",
    position: lines.position(span.start, span.end),
  });
  return faults.slice(0, DIAGNOSTICS_MAX).map((fault) => {
    const { detail, first } = fault;
    if (first === null || detail.code !== "E107") return diagnosticAt(place(fault), detail);
    return diagnosticAt(place(fault), detail, [
      { role: "first", name: detail.key, place: place(first) },
    ]);
  });
}

function failedTooDeep(text: string): Checked<unknown> {
  return failedAt(text, guessYamlNesting(text).tooDeepAt, TOO_DEEP);
}

function failedAt(text: string, offset: number, detail: DiagnosticDetail): Checked<never> {
  return { ok: false, diagnostics: toDiagnostics(text, [faultAt(offset, 1, detail)]) };
}
