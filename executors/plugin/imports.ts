/**
 * What the modules of a plugin import, as a parser of the language reads them, and what that means for the
 * plugin. Pure. It is what mistakes are told by: nothing depends on it that no import is overlooked, since
 * the worker can read nothing but the modules that were found here (see `modules.ts`).
 */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Options, Parser } from "acorn";

/** An import in a module. */
export interface WrittenImport {
  /** What is imported; as it is written where that is no plain string. */
  readonly specifier: string;
  /** `data` is taken as it is, as text or JSON; `odd` is only known once the module runs. */
  readonly kind: "code" | "data" | "odd";
}

type Extension = Parameters<typeof Parser.extend>[0];

const PARSERS = {
  script: Parser,
  typed: Parser.extend(tsPlugin() as unknown as Extension),
  jsx: Parser.extend(tsPlugin({ jsx: {} }) as unknown as Extension),
} as const;
const OPTIONS: Options = {
  ecmaVersion: "latest",
  sourceType: "module",
  allowHashBang: true,
  allowReturnOutsideFunction: true,
};
/** Only in files with JSX, which then import the runtime that is named. */
const JSX_SOURCE = /@jsxImportSource\s+(\S+)/g;
/** Of what no parser of JavaScript can read. */
const ODD_LENGTH_MAX = 40;

/**
 * The imports of the module `path`. Types are left out: they are gone before it runs. Throws a
 * `SyntaxError` where the text cannot be read, and so cannot be judged.
 */
export function writtenImports(text: string, path: string): WrittenImport[] {
  const kind = /\.[jt]sx$/.test(path) ? "jsx" : /\.[cm]?ts$/.test(path) ? "typed" : "script";
  const found: WrittenImport[] = [];
  const inspect = (node: Node) => {
    const one = importOf(node, text);
    if (one !== null) found.push(one);
  };
  visit(PARSERS[kind].parse(text, OPTIONS) as unknown as Node, inspect);
  if (kind !== "jsx") return found;
  const runtimes = [...text.matchAll(JSX_SOURCE)];
  return [...found, ...runtimes.map(([, specifier]) => codeFrom(`${specifier}/jsx-runtime`))];
}

/** What a WebAssembly module imports. */
export function wasmImports(bytes: Uint8Array<ArrayBuffer>): WrittenImport[] {
  const module = new WebAssembly.Module(bytes);
  return WebAssembly.Module.imports(module).map(({ module: specifier }) => codeFrom(specifier));
}

function codeFrom(specifier: string): WrittenImport {
  return { specifier, kind: "code" };
}

/** The parts of a syntax tree that matter here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly source?: Node | null;
  readonly options?: Node | null;
  /** What `options` are where the parser reads types. */
  readonly arguments?: readonly Node[];
  readonly attributes?: readonly unknown[];
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly moduleReference?: Node;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
}

/** Calls with each node, without recursion: code may be nested deeper than a stack is. */
function visit(root: Node, inspect: (node: Node) => void): void {
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if ("type" in value && "start" in value) inspect(value as Node);
    for (const inner of Object.values(value)) {
      if (typeof inner === "object" && inner !== null) open.push(inner);
    }
  }
}

function importOf(node: Node, text: string): WrittenImport | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration": {
      const { source, attributes = [], importKind, exportKind } = node;
      if (!source || importKind === "type" || exportKind === "type") return null;
      return { specifier: String(source.value), kind: attributes.length > 0 ? "data" : "code" };
    }
    case "ImportExpression": {
      const specifier = textOf(node.source!);
      if (specifier === null) return odd(node, text);
      const hasOptions = Boolean(node.options ?? node.arguments?.length);
      return { specifier, kind: hasOptions ? "data" : "code" };
    }
    case "TSImportEqualsDeclaration":
      if (node.moduleReference?.type !== "TSExternalModuleReference") return null;
      return node.importKind === "type" ? null : odd(node, text);
    default:
      return null;
  }
}

/** The text of a literal; `null` where it is made at run time. */
function textOf({ type, value, quasis = [] }: Node): string | null {
  if (type === "Literal") return typeof value === "string" ? value : null;
  return type === "TemplateLiteral" && quasis.length === 1 ? quasis[0]!.value.cooked ?? null : null;
}

function odd({ start, end }: Node, text: string): WrittenImport {
  const written = text.slice(start, end).replace(/\s+/g, " ");
  const isLong = written.length > ODD_LENGTH_MAX;
  return { specifier: isLong ? `${written.slice(0, ODD_LENGTH_MAX)}…` : written, kind: "odd" };
}

/** What an import means for the plugin: nothing to look at, a file, or a refusal. */
export type ImportTarget =
  | { readonly kind: "none" }
  | { readonly kind: "file"; readonly path: string; readonly isData: boolean }
  | { readonly kind: "refused" };

/** Where an import in the module at `from` leads. */
export function importTarget({ specifier, kind }: WrittenImport, from: URL): ImportTarget {
  if (kind === "odd") return { kind: "refused" };
  const isData = kind === "data";
  const base = /^(?:\/|\.\.?\/)/.test(specifier) ? from : undefined;
  const url = URL.parse(specifier, base);
  // The name of a package, or one that the configuration of orch knows. Where that is a file, Deno asks.
  if (url === null) return { kind: isData ? "refused" : "none" };
  if (/^(?:npm|node|jsr|https?):$/.test(url.protocol)) {
    // Deno asks for itself before it fetches code: a plugin has no permission for that.
    return { kind: isData ? "refused" : "none" };
  }
  if (url.protocol !== "file:" || url.host !== "") return { kind: "refused" };
  const path = pathOf(url);
  return path === null ? { kind: "refused" } : { kind: "file", path, isData };
}

/** The path of a file; `null` where it would be another one, once its escapes are read. */
function pathOf({ pathname }: URL): string | null {
  if (/%(?:2f|5c|00)/i.test(pathname)) return null;
  try {
    return decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return null;
  }
}
