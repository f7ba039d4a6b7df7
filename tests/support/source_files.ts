/** The sources as text, for the tests of our rules. */

const ROOT = new URL("../..", import.meta.url).pathname;

/** A file of ours, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All files of TypeScript in the repository, by their paths. */
export function sourceFiles(): SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(ROOT + folder)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isDirectory && !/^(\.|coverage|dist|node_modules)/.test(name)) walk(path);
      else if (path.endsWith(".ts")) found.push({ path, text: Deno.readTextFileSync(ROOT + path) });
    }
  };
  walk("");
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Functions and methods of formatted code: they end at a brace as far in as they began. */
export function* functionsIn(
  lines: readonly string[],
): Iterable<{ name: string; length: number; line: number }> {
  for (let i = 0; i < lines.length; i++) {
    const start = /^( {0,2})(?:export )?(?:async )?(?:function\*? )?([#\w]+)[(<].*\{$/.exec(
      lines[i]!,
    );
    if (start === null || /^\s*(if|for|while|switch|return|describe)\b/.test(lines[i]!)) continue;
    const end = lines.findIndex((line, k) => k > i && line.startsWith(`${start[1]}}`));
    if (end > i) yield { name: start[2]!, length: end - i + 1, line: i + 1 };
  }
}

/** One switch in which every case says one thing: long, and as easy to read as a table. */
export function isTable(lines: readonly string[]): boolean {
  const cases = lines.filter((line) => /^\s*(case|default)\b/.test(line)).length;
  const branches = lines.filter((line) => /^\s*(if|for|while)\b/.test(line)).length;
  return cases * 8 > lines.length && branches <= 2;
}
