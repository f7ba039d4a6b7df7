/**
 * What the modules of a plugin import. Deno lets a module import any local file without a permission if
 * the import is written out in it, as text or JSON too: so these are read from the modules' own text
 * before they are loaded, and what a plugin may not read is not imported either. Imports whose address
 * is made at run time, `data:` modules and `require` are Deno's to refuse, and it does.
 */

/** An import that is written out in a module. */
export interface WrittenImport {
  /** What is imported; as it stands there where that cannot be told. */
  readonly specifier: string;
  /** `data` is taken as it is, as text or JSON; `odd` is more than one plain string. */
  readonly kind: "code" | "data" | "odd";
}

/** What may stand between the parts of an import. */
const GAP = String.raw`(?:\s|/\*[^]*?\*/|//[^\n\r\u2028\u2029]*)*`;

/** Finds more than there is, in comments and strings: none that Deno would follow is missed. */
const OPENINGS = [
  new RegExp(`\\bfrom${GAP}(?=["'\`])`, "g"),
  new RegExp(`\\b(?:import|require)${GAP}(?:\\(${GAP})*(?=["'\`])`, "g"),
];
const LITERAL = /(["'`])((?:(?!\1)[^\\]|\\[^])*)\1/y;
const ATTRIBUTES = new RegExp(`${GAP}(?:with|assert)${GAP}\\{`, "y");
const CALL_END = new RegExp(`${GAP},?${GAP}\\)`, "y");
const OPTIONS = new RegExp(`${GAP},`, "y");
const JSX_SOURCE = /@jsxImportSource\s+(\S+)/g;
/** What Deno runs: other files are only taken as data. */
const CODE = /\.(?:[cm]?[jt]s|[jt]sx|wasm)$/;

/** The imports of a module, as far as Deno would follow them without a permission. */
export function writtenImports(text: string): WrittenImport[] {
  const found = [...text.matchAll(JSX_SOURCE)].map(([, specifier]): WrittenImport => (
    { specifier: specifier!, kind: "code" }
  ));
  for (const opening of OPENINGS) {
    for (const match of text.matchAll(opening)) {
      found.push(importAt(text, match.index + match[0].length, match[0].split("(").length - 1));
    }
  }
  return found;
}

/** The import whose string opens at `at`, inside so many parentheses. */
function importAt(text: string, at: number, parentheses: number): WrittenImport {
  const literal = matchAt(LITERAL, text, at);
  if (literal === null) return { specifier: text.slice(at, at + 40), kind: "odd" };
  const [whole, quote, specifier] = literal as unknown as [string, string, string];
  const end = at + whole.length;
  const isPlain = !specifier.includes("\\") && !(quote === "`" && specifier.includes("${"));
  if (!isPlain || parentheses > 1) return { specifier: whole, kind: "odd" };
  if (parentheses === 0) {
    return { specifier, kind: matchAt(ATTRIBUTES, text, end) === null ? "code" : "data" };
  }
  if (matchAt(CALL_END, text, end) !== null) return { specifier, kind: "code" };
  return { specifier, kind: matchAt(OPTIONS, text, end) === null ? "odd" : "data" };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** What an import means for the plugin: nothing to look at, one more of its files, or a refusal. */
export type ImportVerdict =
  | { readonly kind: "fine" }
  | { readonly kind: "module"; readonly url: URL }
  | { readonly kind: "refused" };

/** Where a plugin may import from. */
export interface ImportRules {
  /** The folder of its own module, whose code it may import; a URL that ends in `/`. */
  readonly folder: URL;
  /** Whether the plugin may read this file. */
  readonly mayRead: (file: URL) => boolean;
}

/** Judges an import in the module at `from`. */
export function judgeImport(
  { specifier, kind }: WrittenImport,
  from: URL,
  { folder, mayRead }: ImportRules,
): ImportVerdict {
  if (kind === "odd") return { kind: "refused" };
  const base = /^(?:\/|\.\.?\/)/.test(specifier) ? from : undefined;
  const url = URL.parse(specifier, base);
  // A name of a package, or one that the configuration of orch knows.
  if (url === null) return { kind: kind === "code" ? "fine" : "refused" };
  if (/^(?:npm|node|jsr|https?):$/.test(url.protocol)) {
    // Deno asks for itself before it fetches code: a plugin has no permission for that.
    return { kind: kind === "code" ? "fine" : "refused" };
  }
  if (url.protocol !== "file:") return { kind: "refused" };
  const isOwn = kind === "code" && CODE.test(url.pathname) && url.href.startsWith(folder.href);
  if (!isOwn && !mayRead(url)) return { kind: "refused" };
  return kind === "code" ? { kind: "module", url } : { kind: "fine" };
}
