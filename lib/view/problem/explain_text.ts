/** `orch explain`: one code at length, or all of them in a line each. */
import type { DiagnosticCode } from "../../core/workflow/diagnostic.ts";
import type { Example, Explanation } from "./explanation.ts";
import { FILE_EXPLANATIONS } from "./explanations_file.ts";
import { SHAPE_EXPLANATIONS } from "./explanations_shape.ts";
import { VALUE_EXPLANATIONS } from "./explanations_value.ts";
import { paint, type Style } from "../text/style.ts";
import { quoted } from "../text/phrases.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { wrapText } from "../text/wrap.ts";

/** Every code there is: one without an explanation does not compile. */
export const EXPLANATIONS: Readonly<Record<DiagnosticCode, Explanation>> = {
  ...FILE_EXPLANATIONS,
  ...SHAPE_EXPLANATIONS,
  ...VALUE_EXPLANATIONS,
};

const COLUMNS = 80;

/** What the first digit of a code says. */
const GROUPS: readonly (readonly [string, string])[] = [
  ["E1", "The file and its syntax"],
  ["E2", "The shape of the workflow and its graph"],
  ["E3", "Values"],
  ["E4", "The command line"],
];

/** A code as it was typed, or `null` where there is none like it. */
export function findCode(typed: string): DiagnosticCode | null {
  const code = typed.toUpperCase().replace(/^(?=\d)/, "E");
  return Object.hasOwn(EXPLANATIONS, code) ? code as DiagnosticCode : null;
}

/** One code at length. */
export function explanationText(code: DiagnosticCode, style: Style): string {
  const { title, meaning, wrong, right } = EXPLANATIONS[code];
  return [
    `${paint(style, "red", code)}${paint(style, "bold", `: ${title}`)}`,
    "",
    ...wrapText(meaning, COLUMNS),
    "",
    paint(style, "bold", "Wrong:"),
    ...exampleLines(wrong),
    "",
    paint(style, "bold", "Right:"),
    ...exampleLines(right),
    "",
  ].join("\n");
}

function exampleLines({ file, command }: Example): string[] {
  const lines = file === "" ? [] : file.split("\n");
  if (command !== undefined) lines.push(`$ ${command}`);
  return lines.map((line) => `    ${line}`);
}

/** All codes, a line each. */
export function explanationsText(style: Style): string {
  const groups = GROUPS.map(([prefix, name]) => {
    const codes = Object.keys(EXPLANATIONS).filter((code) => code.startsWith(prefix)).sort();
    const lines = codes.map((code) => `  ${code}  ${EXPLANATIONS[code as DiagnosticCode].title}\n`);
    return `${paint(style, "bold", name)}\n${lines.join("")}`;
  });
  return `${groups.join("\n")}\nTo read more about one: orch explain CODE\n`;
}

/** There is no such code. */
export function noCodeText(typed: string): string {
  return sanitizeLine(`No code ${quoted(typed)}: orch explain lists all codes`);
}
