/** Workflow files in all the ways in which YAML can be written, right and wrong, by a seed. */
import type { Dice } from "./random.ts";

const HEADS: readonly string[] = [
  "name: w\n",
  "# jobs:\n#   - id: x\n'version': 1\n",
  'title: "a\n  - id: b\n  jobs:\n  c"\n',
  "description: |\n  jobs:\n    - id: fake\n  - id: fake\n",
  "usage: >-\n    some\n    jobs:\n\n    - words\n",
  "defaults: &d {timeout: 1}\n",
  "common: &d\n  timeout: 1\n  tags: &t [a, b]\n",
  "plugins:\n  - type: x\n    path: ./x.ts\n",
  "more:\n- type: x\n  path: ./x.ts\n",
  "about: [a,\n  jobs: b,\n  -c]\n",
  "? complex\n: value\n",
  "\n\n",
  "words: a\n  more\n  - b\n",
];

const DOUBTFUL_HEADS: readonly string[] = [
  "jobs:\n  - id: first\n",
  "name: a\n  jobs:\n",
  "text: 'a\njobs:\n  - id: b'\n",
];

const KEYS: readonly string[] = [
  "jobs: # all of them\n",
  "jobs: &j\n",
  '"jobs":\n',
  "jobs :\n",
  "jobs: \n",
];

const TAILS: readonly string[] = [
  "after: x\n",
  "# the end\n",
  "\n\n",
  "...\n",
  "---\nname: second\n",
  "others:\n  - type: x\n",
  "odd: &j1 x\n",
  "jobs: []\n",
  "last: |+\n  - id: x\n\n\n",
];

const BETWEEN: readonly string[] = [
  "# a comment\n",
  "      # a comment\n",
  "\n",
  "   \n",
  "  # - id: x\n",
];

/** How likely each choice is to be one that is wrong, or that not all readers like. */
type Risk = number;

/** The lines of a value in a block mapping whose keys stand at column `at`, after `key:`. */
function value(dice: Dice, risk: Risk, at: number, job: number): string {
  const pad = " ".repeat(at);
  const text = (indent: string, lines: readonly string[]) =>
    lines.map((line) => `${indent}${line}\n`).join("");
  const script = ["make", "- id: no", "\tx", "  - id: j1", "# no comment", "jobs:", "*a &a"];
  const some = script.filter(() => dice.chance(0.5));
  const other = dice.between(0, job + 1);
  const right = [
    () => " ls\n",
    () => ` "ls - ${job}" # why\n`,
    () => " 'it''s'\n",
    () => ` |\n${text(`${pad}  `, ["first", ...some])}`,
    () => ` >-\n${text(`${pad} `, ["first", ...some])}\n`,
    () => ` |2+\n${text(`${pad}  `, ["  first", ...some])}\n\n`,
    () => ` "one\n${text(`${pad} `, ["- id: two", "jobs:"])}${pad} three"\n`,
    () => ` one\n${text(`${pad}  `, ["- two", "three"])}`,
    () => `\n${text(pad, ["- a", "- b"])}`,
    () => `\n${text(`${pad}  `, ["- a", "-", "- - c", "  - d"])}`,
    () => `\n${text(`${pad}  `, ["A: 1", "B:", "? C", ": 3"])}`,
    () => ` [a, 'b',\n${pad} c,\n${pad} ]\n`,
    () => ` &a${job} x\n`,
    () => ` 0x1${job}\n`,
    () => "\n",
    () => " # nothing\n",
  ];
  const doubtful = [
    () => ` 'one\n${text(pad.slice(dice.between(0, 3)), ["- id: two"])}${pad} three'\n`,
    () => ` [a, 'b',\n${text(pad.slice(dice.between(0, 2)), ["- c,"])}${pad}]\n`,
    () => ` {a: 1,\n${pad}  b: [1,2]\n${pad.slice(dice.between(0, 3))}}\n`,
    () => ` *a${other}\n`,
    () => " *t\n",
    () => " 010\n",
    () => ` "a": b\n`,
  ];
  return dice.pick(dice.chance(risk) ? doubtful : right)();
}

function jobLines(dice: Dice, risk: Risk, column: number, job: number): string {
  const pad = " ".repeat(column);
  const id = dice.chance(0.9) ? `j${job}` : `"j${job}"`;
  if (dice.chance(0.05)) {
    return `${pad}-${dice.pick(["", " # empty", " x", " *d", " - a", "\ta: b"])}\n`;
  }
  if (dice.chance(0.3)) {
    const more = dice.pick([
      "",
      "",
      `, tags: [a, "b"]`,
      `,\n${pad}   timeout: x`,
      `\n${pad}`,
      `, <<: *d`,
    ]);
    return `${pad}- {id: ${id}, command: ls${more}}\n`;
  }
  const deeper = dice.pick([2, 2, 2, 4]);
  const at = column + deeper;
  const inner = " ".repeat(at);
  const first = dice.pick([
    () => `${pad}-${" ".repeat(deeper - 1)}`,
    () => `${pad}-\n${inner}`,
    () => `${pad}- &j${dice.between(0, job)}\n${inner}`,
    () => `${pad}- !!map # x\n${inner}`,
    () => `${pad}-\n\n${pad}# here\n${inner}`,
  ])();
  const keys = ["command", "tags", "environment", "dependencies", "'timeout'"];
  if (dice.chance(risk / 4)) keys.push("command");
  const lines = [`id: ${id}\n`];
  for (const key of keys) if (dice.chance(0.4)) lines.push(`${key}:${value(dice, risk, at, job)}`);
  if (dice.chance(risk)) lines.push(`<<: *${dice.pick(["d", `j${dice.between(0, job)}`])}\n`);
  return `${first}${lines.join(inner)}`;
}

/** One file of up to some twenty jobs. */
export function oddWorkflow(dice: Dice): string {
  const risk: Risk = dice.pick([0, 0, 0.02, 0.05, 0.2]);
  let text = dice.chance(risk) ? "\ufeff" : "";
  if (dice.chance(0.1)) text += dice.pick(["---\n", "%YAML 1.2\n---\n", "--- # x\n"]);
  for (const head of HEADS) if (dice.chance(0.2)) text += head;
  if (dice.chance(risk)) text += dice.pick(DOUBTFUL_HEADS);
  text += dice.chance(risk) ? dice.pick(KEYS) : "jobs:\n";
  const column = dice.pick([0, 2, 2, 2, 4]);
  const jobs = dice.between(1, 20);
  for (let job = 0; job < jobs; job++) {
    if (dice.chance(0.1)) text += dice.pick(BETWEEN);
    text += jobLines(dice, risk, dice.chance(risk / 10) ? column + 1 : column, job);
  }
  if (dice.chance(0.4)) text += dice.pick(TAILS);
  if (dice.chance(2 * risk)) text = damaged(dice, text);
  if (dice.chance(0.2)) text = text.trimEnd();
  if (dice.chance(0.15)) text = text.replaceAll("\n", "\r\n");
  return dice.chance(0.02) ? text.replace("\n", "\r") : text;
}

/** The text with one or two characters too many or too few. */
function damaged(dice: Dice, text: string): string {
  const at = dice.between(0, text.length);
  const inserted = dice.chance(0.3) ? "" : dice.pick([..." -:#\"'[]{}&*\t\n|>,", "\n- ", "\n  - "]);
  return text.slice(0, at) + inserted + text.slice(at + (dice.chance(0.5) ? 1 : 0));
}
