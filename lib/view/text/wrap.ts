/** Text cut into lines between its words. */

/** Lines of at most `columns`, as far as words allow, each behind `indent` spaces that do not count. */
export function wrapText(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > columns && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((one) => " ".repeat(indent) + one);
}
