/** Values that stand under several keys: what they have to fulfil beyond their shape, and what becomes of them. */
import * as z from "zod/mini";
import { atKey, atValue, type Diagnostic, diagnosticAt, type DocumentPath } from "../diagnostic.ts";
import { didYouMean } from "../../base/did_you_mean.ts";
import { isVariableName, referenceMistake, VARIABLE_NAME } from "../references.ts";
import type { Environment } from "../workflow.ts";
import { type FileKey, key, type SchemaNode } from "./key.ts";
import { text } from "./shapes.ts";

/** Text that says something. */
export function filledText(schema: SchemaNode = {}): FileKey<string> {
  return key(text, { schema: () => ({ pattern: "\\S", ...schema }), check: checkFilled });
}

/** One of a few words. The shape is any text, so that a slip gets a suggestion. */
export function word(known: readonly string[], standard: string): FileKey<string> {
  return key(text, {
    schema: () => ({ enum: known, default: standard }),
    check: (value, path, found) => checkWord(value, path, { known, found }),
  });
}

/** Names and values of variables. */
export const VARIABLES_KEY = key(z.record(text, z.union([text, z.number(), z.boolean()])), {
  schema: () => ({ propertyNames: { pattern: VARIABLE_NAME.source } }),
  check: checkVariables,
});

/** Variables as a plan has them: as text. */
export function variablesFrom(
  said: Readonly<Record<string, string | number | boolean>> = {},
): Environment {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, String(value)]));
}

/** Adds that a text says nothing. */
export function checkFilled(value: string, path: DocumentPath, found: Diagnostic[]): void {
  if (value.trim() !== "") return;
  found.push(diagnosticAt(atValue(...path), { code: "E310", key: String(path.at(-1)) }));
}

/** Adds that a value is none of a few words. */
export function checkWord(
  value: string,
  path: DocumentPath,
  { known, found }: { readonly known: readonly string[]; readonly found: Diagnostic[] },
): void {
  if (known.includes(value)) return;
  const suggestion = didYouMean(value, known);
  const detail = { code: "E302", key: String(path.at(-1)), value, known, suggestion } as const;
  found.push(diagnosticAt(atValue(...path), detail));
}

function checkVariables(
  variables: Readonly<Record<string, string | number | boolean>>,
  path: DocumentPath,
  found: Diagnostic[],
): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!isVariableName(name)) {
      found.push(diagnosticAt(atKey(...path, name), { code: "E309", kind: "variable", name }));
    }
    if (typeof value === "string") {
      checkReferences(value, [...path, name], { bracedOnly: false, found });
    }
  }
}

/** Adds the first mistake in the references of a value. */
export function checkReferences(
  value: string,
  path: DocumentPath,
  { bracedOnly, found }: { readonly bracedOnly: boolean; readonly found: Diagnostic[] },
): void {
  const mistake = referenceMistake(value, bracedOnly);
  if (mistake !== null) found.push(diagnosticAt(atValue(...path), { code: "E305", ...mistake }));
}

/** A pattern whose letters match in either case: JSON Schema knows no flags. */
export function inAnyCase(pattern: string): string {
  return pattern.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
