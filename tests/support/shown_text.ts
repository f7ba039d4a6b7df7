/** Small helpers for tests that compare texts. */

/** A template without the line break it begins with, and without the indentation of the first line with text. */
export function text(template: string): string {
  const lines = template.replace(/^\n/, "").split("\n");
  const indent = /^ */.exec(lines.find((line) => line !== "") ?? "")![0];
  return lines.map((line) => line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())
    .join("\n");
}

/** Text as a test can show it: escapes as `␛`. */
export function escaped(shown: string): string {
  return shown.replaceAll("\x1b", "␛");
}

/** How long `action` takes, in milliseconds; the best of several tries, as test machines are busy. */
export function bestTimeOf(tries: number, action: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < tries; i++) {
    const startedAt = performance.now();
    action();
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}
