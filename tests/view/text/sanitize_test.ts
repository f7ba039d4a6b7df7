/** What job output and other foreign text may do to a terminal: nothing but colour it. */
import { lastLine, sanitizeLine, sanitizeText } from "../../../lib/view/text/sanitize.ts";
import { assert, assertEquals, assertNotMatch } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

const ESC = "\x1b";

/** Text, how it shows with colour, and, where it differs, how it shows without. */
const TEXTS: readonly (readonly [name: string, text: string, colored: string, plain?: string])[] = [
  ["leaves plain text alone", "a b\tc\nd", "a b\tc\nd"],
  ["leaves letters, emoji and combining marks alone", "né 漢 👩‍👩‍👧 e\u0301", "né 漢 👩‍👩‍👧 e\u0301"],
  ["lets colours pass, and ends them", `${ESC}[1;31mred`, `${ESC}[1;31mred${ESC}[0m`, "red"],
  ["lets true colours pass", `${ESC}[38:2::1:2:3mx`, `${ESC}[38:2::1:2:3mx${ESC}[0m`, "x"],
  [
    "ends colours on every line",
    `${ESC}[31ma\nb\n${ESC}[32mc\n`,
    `${ESC}[31ma${ESC}[0m\nb\n${ESC}[32mc${ESC}[0m\n`,
    "a\nb\nc\n",
  ],
  ["marks the clipboard (OSC 52)", `${ESC}]52;c;ZXZpbA==\x07`, "␛]52;c;ZXZpbA==␇"],
  ["marks links (OSC 8)", `${ESC}]8;;http://x${ESC}\\y`, "␛]8;;http://x␛\\y"],
  ["marks titles (OSC 0)", `${ESC}]0;root#\x07`, "␛]0;root#␇"],
  ["marks a cleared screen", `${ESC}[2J${ESC}[H`, "␛[2J␛[H"],
  ["marks a moved cursor", `${ESC}[10A${ESC}[1;1H`, "␛[10A␛[1;1H"],
  ["marks the other screen", `${ESC}[?1049h`, "␛[?1049h"],
  ["marks a reset of the terminal", `${ESC}c`, "␛c"],
  ["marks what only looks like a colour", `${ESC}[>4;2m${ESC}[ 31m`, "␛[>4;2m␛[ 31m"],
  ["marks device control and its end", `${ESC}P1$r${ESC}\\`, "␛P1$r␛\\"],
  ["marks C1 controls", "\x9b31m \x9d0;x\x9c \x90 \x85", "�31m �0;x� � �"],
  ["marks bells, backspaces, DEL and NUL", "a\x07b\x08c\x7fd\x00", "a␇b␈c␡d␀"],
  ["marks vertical tabs and form feeds", "a\x0bb\x0cc", "a␋b␌c"],
  ["marks a carriage return that overwrites", "rm -rf /\recho hello", "rm -rf /␍echo hello"],
  ["drops the carriage return of a Windows line end", "a\r\nb\r\n", "a\nb\n"],
  ["marks what turns the direction of text", "a\u202eb\u2066c\u200fd\u061ce", "a�b�c�d�e"],
  ["marks what has no width", "a\u200bb\u2060c\ufeffd\ufff9", "a�b�c�d�"],
  ["marks line separators", "a\u2028b\u2029c", "a�b�c"],
  ["marks an escape at the end", `a${ESC}`, "a␛"],
  ["marks a colour that is cut off", `a${ESC}[31`, "a␛[31"],
];

for (const [name, text, colored, plain = colored] of TEXTS) {
  Deno.test(`sanitizeText ${name}`, () => {
    assertEquals(sanitizeText(text, { color: true }), colored);
    assertEquals(sanitizeText(text, { color: false }), plain);
  });
}

/** Colours, and what of them reaches a terminal. */
const COLOURS: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["concealed", `${ESC}[8mhidden`, "hidden"],
  ["concealed among others", `${ESC}[1;8;31mx`, `${ESC}[1;31mx`],
  ["concealed with zeros", `${ESC}[008mx`, "x"],
  ["concealed with a colon", `${ESC}[8:1mx`, "x"],
  ["other fonts", `${ESC}[11mx${ESC}[20my`, "xy"],
  ["red on red", `${ESC}[31;41mx`, `${ESC}[31;41;49mx`],
  ["red on red in two steps", `${ESC}[41mx${ESC}[31my`, `${ESC}[41mx${ESC}[31;49my`],
  ["red on red in two notations", `${ESC}[31;48;5;1mx`, `${ESC}[31;48;5;1;49mx`],
  ["bright on bright", `${ESC}[97;107mx`, `${ESC}[97;107;49mx`],
  ["the same true colour", `${ESC}[38;2;1;2;3;48:2::1:2:3mx`, `${ESC}[38;2;1;2;3;48:2::1:2:3;49mx`],
  [
    "the cube and its true colour",
    `${ESC}[38;5;196;48;2;255;0;0mx`,
    `${ESC}[38;5;196;48;2;255;0;0;49mx`,
  ],
  ["a grey and its true colour", `${ESC}[38;5;232;48;2;8;8;8mx`, `${ESC}[38;5;232;48;2;8;8;8;49mx`],
  ["red on green", `${ESC}[31;42mx`, `${ESC}[31;42mx`],
  ["eight as part of a colour", `${ESC}[38;5;8mx`, `${ESC}[38;5;8mx`],
  ["a colour of an unknown kind", `${ESC}[38;8mx`, "x"],
  ["reset and again", `${ESC}[31m${ESC}[m${ESC}[41mx`, `${ESC}[31m${ESC}[m${ESC}[41mx`],
  [
    "bold, underlined, inverse, struck out",
    `${ESC}[1;4;7;9;22;24;27;29mx`,
    `${ESC}[1;4;7;9;22;24;27;29mx`,
  ],
];

for (const [name, text, expected] of COLOURS) {
  Deno.test(`sanitizeText, colours: ${name}`, () => {
    const ended = expected.includes(ESC) ? `${expected}${ESC}[0m` : expected;
    assertEquals(sanitizeText(text, { color: true }), ended);
  });
}

Deno.test("sanitizeText begins each line with the colours of the terminal", () => {
  assertEquals(
    sanitizeText(`${ESC}[31mx\n${ESC}[41my`, { color: true }),
    `${ESC}[31mx${ESC}[0m\n${ESC}[41my${ESC}[0m`,
  );
});

Deno.test("sanitizeLine keeps everything on one line", () => {
  assertEquals(sanitizeLine("a\tb\nc\r\nd"), "a b␊c␍␊d");
  assertEquals(sanitizeLine(`${ESC}[31mred${ESC}[0m`), "␛[31mred␛[0m");
});

const LAST_LINES: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["is empty for nothing", "", ""],
  ["is empty for blank lines", "\n \n\t\n", ""],
  ["takes the last line with text", "one\ntwo\n\n", "two"],
  ["takes an unfinished line", "one\ntw", "tw"],
  ["takes what a carriage return left", "10%\r50%\r100%", "100%"],
  ["ignores a carriage return at the end", "50%\r", "50%"],
  ["reads Windows line ends", "one\r\ntwo\r\n", "two"],
  ["drops colours and erasures", `${ESC}[2K${ESC}[1G${ESC}[32mok${ESC}[0m`, "ok"],
  ["shows a tab as a space and trims", "\ta\tb \n", "a b"],
  ["marks the rest", `${ESC}]0;x\x07y\x9b`, "␛]0;x␇y�"],
];

for (const [name, text, expected] of LAST_LINES) {
  Deno.test(`lastLine ${name}`, () => assertEquals(lastLine(text), expected));
}

/** Everything that may not reach a terminal, once whole colours are taken out. */
const HARMFUL =
  // deno-lint-ignore no-control-regex -- as they are what must not be there
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

Deno.test("sanitizeText leaves nothing harmful in random text", () => {
  const dice = new Dice(1);
  const pieces = [ESC, "[", "]", "8;;", "31", ";", "m", "\r", "\n", "\x9b", "\x07", "é", "?", "H"];
  for (let round = 0; round < 5_000; round++) {
    const text = Array.from({ length: dice.between(1, 20) }, () => dice.pick(pieces)).join("");
    assertNotMatch(sanitizeText(text, { color: false }), HARMFUL, JSON.stringify(text));
    for (const line of sanitizeText(text, { color: true }).split("\n")) {
      // deno-lint-ignore no-control-regex -- as above
      assertNotMatch(line.replace(/\x1b\[[0-9;:]*m/g, ""), HARMFUL, JSON.stringify(text));
      assert(!line.includes(ESC) || line.endsWith(`${ESC}[0m`), JSON.stringify(text));
    }
    assertNotMatch(lastLine(text), HARMFUL, JSON.stringify(text));
    assertNotMatch(lastLine(text), /\n/, JSON.stringify(text));
  }
});

Deno.test("sanitizeText and lastLine take no long time for 16 KiB of hostile text", () => {
  const pieces = [
    ESC,
    `${ESC}[`,
    `${ESC}[0`,
    `${ESC}[0;`,
    `${ESC}]8;;`,
    "\r",
    "\r\n",
    "\n",
    " ",
    "\t",
  ];
  for (const piece of [...pieces, "0;", "\x9b", "\u202e", "👩‍", "e\u0301"]) {
    for (const text of [piece.repeat(16_384 / piece.length), ESC + "[" + piece.repeat(8_192)]) {
      const startedAt = performance.now();
      sanitizeText(text, { color: true });
      sanitizeText(text, { color: false });
      sanitizeLine(text);
      lastLine(text);
      const tookMs = performance.now() - startedAt;
      assert(tookMs < 100, `${JSON.stringify(piece)} took ${tookMs} ms`);
    }
  }
});
