/**
 * Documents as data: the blocks, tables and links of Markdown, and what of them can be wrong. Every
 * check takes text and returns problems, so that a test can hand it a document that is wrong.
 */

/** A fenced block. Its info string is the language and then words: `sh exit=2 no-run`. */
export interface Block {
  readonly language: string;
  /** A word without a value has the value "". */
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A table: the first cell of its head, the others, and the cells of its rows. */
export interface Table {
  readonly head: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  sh: ["exit", "no-run", "os"],
  yaml: ["file"],
  ts: ["file"],
};

/** The fenced blocks, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^```(\w*)(.*)\n([^]*?)^```$/gm)) {
    const [, language = "", words = "", text = ""] = match;
    const pairs = words.split(" ").filter((word) => word !== "").map((word) => {
      const [name = "", value = ""] = word.split("=");
      return [name, value];
    });
    const line = markdown.slice(0, match.index).split("\n").length;
    blocks.push({ language, attributes: Object.fromEntries(pairs), text, line });
  }
  return blocks;
}

/** The document without its blocks. */
export function proseOf(markdown: string): string {
  return markdown.replace(/^```[^]*?^```$/gm, "");
}

/** The tables, in order. */
export function tablesOf(markdown: string): Table[] {
  const tables = proseOf(markdown).match(/^\|.*\n\|[-|]+\|\n(\|.*\n?)*/gm) ?? [];
  return tables.map((table) => {
    const [head = [], , ...rows] = table.trim().split("\n").map((row) =>
      row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim())
    );
    return { head: head[0] ?? "", columns: head.slice(1), rows };
  });
}

/** The commands of a `sh` block: its lines, a backslash at the end joining two. */
export function commandsOf({ text }: Block): string[] {
  return text.replaceAll("\\\n", "").split("\n").filter((line) => line.trim() !== "");
}

/** Attributes that no test reads: most likely a slip of the pen. */
export function unknownAttributes(markdown: string): string[] {
  return blocksOf(markdown).flatMap(({ language, attributes, line }) =>
    Object.keys(attributes).filter((name) => !(ATTRIBUTES[language] ?? []).includes(name))
      .map((name) => `line ${line}: '${name}' means nothing on a block of '${language}'`)
  );
}

/** The anchors of the headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-")
  );
}

/**
 * Relative links that lead nowhere. `textOf` gets a path as it is written, without its anchor, and returns
 * the text there, "" for a folder, or `null` if there is nothing.
 */
export function brokenLinks(markdown: string, textOf: (path: string) => string | null): string[] {
  const targets = [...proseOf(markdown).matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) =>
    target
  );
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = "", anchor] = target.split("#");
    const text = path === "" ? markdown : textOf(path);
    return text === null || (anchor !== undefined && !anchorsOf(text).includes(anchor));
  }).map((target) => `the link to ${target} leads nowhere`);
}

/**
 * Files of source code, in backticks, that are not there. A name stands for every path that ends with
 * it: a document may leave out the folders that are clear from its subject.
 */
export function missingFiles(markdown: string, paths: readonly string[]): string[] {
  const named = [...proseOf(markdown).matchAll(/`([\w./-]+\.(?:ts|sh|js))`/g)];
  return [...new Set(named.map(([, path = ""]) => path))]
    .filter((path) => !paths.some((real) => `/${real}`.endsWith(`/${path}`)))
    .map((path) => `there is no file ${path}`);
}

/** Tasks of Deno that are named and do not exist. */
export function unknownTasks(markdown: string, tasks: readonly string[]): string[] {
  const named = [...markdown.matchAll(/\btask(?: --quiet| --config \S+)* ([a-z]+)/g)];
  return named.map(([, task = ""]) => task).filter((task) => !tasks.includes(task))
    .map((task) => `there is no task ${task}`);
}

/** Differences between two lists of names, each way. */
export function differences(
  documented: readonly string[],
  real: readonly string[],
  what: string,
): string[] {
  return [
    ...real.filter((name) => !documented.includes(name)).map((name) =>
      `${what} ${name} is not in the document`
    ),
    ...documented.filter((name) => !real.includes(name)).map((name) =>
      `${what} ${name} does not exist`
    ),
    ...documented.filter((name, i) => documented.indexOf(name) < i).map((name) =>
      `${what} ${name} stands in the document twice`
    ),
  ];
}

/** The names in backticks in the first cells of the table with this head. */
export function namesIn(markdown: string, head: string): string[] {
  return rowsOf(markdown, head).map(([cell = ""]) => cell.replaceAll("`", ""));
}

/** The flags of the table for a command: `-c`, `--max-concurrent`. */
export function flagsIn(markdown: string, command: string): string[] {
  return documentedFlags(markdown, command).flatMap(([cell]) => flagNames(cell));
}

/**
 * The first cell and the default of each flag that a document has for a command: from a table of its own,
 * `Flag of \`orch run\``, or from one of several commands, with a column for each.
 */
function documentedFlags(
  markdown: string,
  command: string,
): (readonly [cell: string, standard: string])[] {
  const tables = tablesOf(markdown);
  const own = tables.find(({ head }) => head === `Flag of \`orch ${command}\``);
  if (own !== undefined) return own.rows.map(([cell = "", standard = ""]) => [cell, standard]);
  const column = `\`${command}\``;
  const shared = tables.find(({ head, columns }) => head === "Flag" && columns.includes(column));
  const at = 1 + (shared?.columns.indexOf(column) ?? 0);
  return (shared?.rows ?? []).filter((row) => row[at] !== "")
    .map((row) => [row[0]!, row[at] === "yes" ? "" : row[at]!]);
}

/** The flags that `orch <command> --help-all` lists, but for those of every command. */
export function flagsOfHelp(help: string): string[] {
  return flagRows(help).flatMap(flagNames).filter((flag) => flag !== "-h" && flag !== "--help");
}

/** Flags whose default in the document is not that of the help. */
export function wrongDefaults(markdown: string, command: string, help: string): string[] {
  return flagRows(help).flatMap((line) => {
    const value = /\(default: ([^)]+)\)/.exec(line)?.[1];
    const name = flagNames(line).at(-1) ?? "";
    if (value === undefined) return [];
    const [, standard] = documentedFlags(markdown, command)
      .find(([cell]) => flagNames(cell).includes(name)) ?? [];
    return standard?.replaceAll("`", "") === value
      ? []
      : [`${name} has the default ${value}, not '${standard}'`];
  });
}

/** The commands that `orch --help` lists, those that are seldom needed too. */
export function commandsOfHelp(help: string): string[] {
  const [, list = "", rare = ""] =
    /^Commands:\n((?: {2}[a-z].*\n)+)(?: {2}Also: ([^:;]*?)(?:;[^:]*?)?\n\n)?/m.exec(help) ?? [];
  const listed = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name = ""]) => name);
  return [...listed, ...rare.match(/\w+/g) ?? []];
}

function rowsOf(markdown: string, head: string): Table["rows"] {
  return tablesOf(markdown).find((table) => table.head === head)?.rows ?? [];
}

/** Each flag of a help with its text, on one line. */
function flagRows(help: string): string[] {
  return help.replace(/\n {10,}(?=\S)/g, " ").split("\n").filter((line) =>
    /^ {2}(-\w, | {4})--/.test(line)
  );
}

/** Those before the text: in the help two spaces and a capital letter begin it. */
function flagNames(text: string): string[] {
  return text.replace(/(?<=\S) {2,}[A-Z].*$/, "").match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? [];
}

/** Output without what differs from run to run: dates, durations, sizes, ids, folders, downloads. */
export function comparable(output: string, folder: string): string[] {
  return output.replace(/file:\/\/\S*\//g, "file:///FOLDER/").replaceAll(folder, "FOLDER")
    .replace(/^(Task|Download|Check|npm warn) .*\n/gm, "")
    .replace(/^\d\d:\d\d:\d\d /gm, "TIME ")
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?/g, "DATE")
    .replace(/\b\d{8}-\d{6}-\w{4}\b/g, "RUN")
    .replace(/\b(\d+h )?(\d+m )?\d+(\.\d+)?s\b/g, "DURATION")
    .replace(/\b[\d.]+ (MB|KiB|MiB|bytes)\b/g, "SIZE")
    .replace(/\b[\d.]+× parallel/g, "SHARE")
    .replace(/─+/g, "─")
    // Timelines: the axis, what the shades mean, and bars.
    .replace(/^ +0( +(DURATION|\d[\d:]*))*$/gm, "AXIS")
    .replace(/^█ .*$/gm, "LEGEND")
    .replace(/ +[█░][█░· ]*/g, " BAR ")
    // What stands in a column is as wide as what differs.
    .replace(/(?<=\S) {2,}/g, "  ")
    .trimEnd().split("\n").map((line) => line.trimEnd());
}

/** How a documented output differs from a real one. A line `…` stands for any number of lines. */
export function outputDifference(documented: string, real: string, folder: string): string | null {
  const [wanted, got] = [comparable(documented, folder), comparable(real, folder)];
  const gap = wanted.indexOf("…");
  const [first, last] = gap < 0 ? [wanted, []] : [wanted.slice(0, gap), wanted.slice(gap + 1)];
  const isSame = gap < 0
    ? wanted.join("\n") === got.join("\n")
    : got.length >= first.length + last.length &&
      got.slice(0, first.length).join("\n") === first.join("\n") &&
      got.slice(got.length - last.length).join("\n") === last.join("\n");
  return isSame ? null : `documented:\n${wanted.join("\n")}\nreal:\n${got.join("\n")}`;
}

/** The keys of a value, as paths: all elements of a list count as one, and so do values of `merged`. */
export function keyPaths(value: unknown, merged: readonly string[], path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = Array.isArray(value) || merged.includes(path) ? "*" : key;
    return [path === "" ? name : `${path}.${name}`, inner] as const;
  });
  const paths = entries.flatMap(([inside, inner]) => [inside, ...keyPaths(inner, merged, inside)]);
  return [...new Set(paths)].sort();
}
