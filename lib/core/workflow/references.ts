/**
 * References to environment variables inside values of the workflow file: `$VAR`, `${VAR}`,
 * `${VAR:-default}`; `$$` is a dollar. A lone dollar before anything else stays as it is, so that
 * `cost: $5` means what it says. Resolved here and never by a shell: a value cannot become a command.
 */

/** A value cut into literal text and references. */
type Piece = string | { readonly name: string; readonly fallback: string | null };

/** Why a value cannot be read, with the offending text. */
export interface ReferenceMistake {
  readonly problem: "unclosed" | "name";
  readonly text: string;
}

const BARE_NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
/** The name of a variable. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a name may stand on the left of an environment entry. */
export function isVariableName(name: string): boolean {
  return VARIABLE_NAME.test(name);
}

/** The first mistake in the references of `value`, or `null`. With `bracedOnly`, `$VAR` is plain text. */
export function referenceMistake(value: string, bracedOnly = false): ReferenceMistake | null {
  const cut = cutReferences(value, bracedOnly);
  return Array.isArray(cut) ? null : cut;
}

/** The names of the variables that `value` refers to. With `bracedOnly`, `$VAR` is plain text. */
export function referencedNames(value: string, bracedOnly = false): string[] {
  if (!value.includes("$")) return [];
  const cut = cutReferences(value, bracedOnly);
  if (!Array.isArray(cut)) return [];
  return cut.flatMap((piece) => typeof piece === "string" ? [] : [piece.name]);
}

/**
 * `value` with its references replaced. An unset variable without a default is empty text, as in a
 * shell. `lookup` answers for the parent environment. Mistakes were reported at load time.
 */
export function resolveReferences(
  value: string,
  lookup: (name: string) => string | undefined,
): string {
  if (!value.includes("$")) return value;
  return join(value, false, (name, fallback) => lookup(name) || (fallback ?? lookup(name) ?? ""));
}

/**
 * As `resolveReferences`, for the fields of an HTTP request: only `${VAR}` counts, since a dollar is
 * an ordinary character in URLs and bodies, and an unset variable without a default is an error, since
 * a request with a hole in it must not be sent. Returns the text, or the name that is missing.
 */
export function resolveStrictly(
  value: string,
  lookup: (name: string) => string | undefined,
): { readonly text: string } | { readonly missing: string } {
  let missing: string | null = null;
  const text = join(value, true, (name, fallback) => {
    const found = lookup(name) || (fallback ?? lookup(name));
    if (found === undefined) missing ??= name;
    return found ?? "";
  });
  return missing === null ? { text } : { missing };
}

function join(
  value: string,
  bracedOnly: boolean,
  replace: (name: string, fallback: string | null) => string,
): string {
  const pieces = cutReferences(value, bracedOnly);
  if (!Array.isArray(pieces)) return value;
  return pieces.map((piece) =>
    typeof piece === "string" ? piece : replace(piece.name, piece.fallback)
  ).join("");
}

function cutReferences(value: string, bracedOnly: boolean): Piece[] | ReferenceMistake {
  const pieces: Piece[] = [];
  let position = 0;
  while (position < value.length) {
    const dollar = value.indexOf("$", position);
    if (dollar < 0 || dollar === value.length - 1) break;
    if (dollar > position) pieces.push(value.slice(position, dollar));
    const next = value[dollar + 1];
    if (next === "$" && !bracedOnly) {
      pieces.push("$");
      position = dollar + 2;
    } else if (next === "{") {
      const braced = cutBraced(value, dollar);
      if ("problem" in braced) return braced;
      pieces.push(braced.piece);
      position = braced.end;
    } else {
      const name = bracedOnly ? undefined : BARE_NAME.exec(value.slice(dollar + 1))?.[0];
      pieces.push(name === undefined ? "$" : { name, fallback: null });
      position = dollar + 1 + (name?.length ?? 0);
    }
  }
  if (position < value.length) pieces.push(value.slice(position));
  return pieces;
}

function cutBraced(
  value: string,
  dollar: number,
): { piece: Piece; end: number } | ReferenceMistake {
  const close = value.indexOf("}", dollar);
  if (close < 0) return { problem: "unclosed", text: value.slice(dollar) };
  const inside = value.slice(dollar + 2, close);
  const split = inside.indexOf(":-");
  const name = split < 0 ? inside : inside.slice(0, split);
  if (!VARIABLE_NAME.test(name)) return { problem: "name", text: value.slice(dollar, close + 1) };
  return { piece: { name, fallback: split < 0 ? null : inside.slice(split + 2) }, end: close + 1 };
}
