/** Text measured, cut and padded in columns. */
import fastStringTruncatedWidth from "fast-string-truncated-width";
import { cutToWidth, padToWidth, widthOf } from "../../../lib/view/text/width.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

const FAMILY = "👩‍👩‍👧";
const RED = "\x1b[31m";
const RESET = "\x1b[0m";

const WIDTHS: readonly (readonly [text: string, width: number])[] = [
  ["", 0],
  ["plain text", 10],
  ["é", 1],
  ["e\u0301", 1],
  ["1e\u0301\u0302\u03032", 3],
  ["漢字", 4],
  ["한국어", 6],
  ["𠀀𠀁", 4],
  ["ｆｕｌｌ", 8],
  [FAMILY, 2],
  ["🇩🇪🇫🇷", 4],
  ["👍🏽", 2],
  ["1️⃣", 2],
  ["▶ ✔ ─ │ …", 9],
  [`${RED}red${RESET}`, 3],
  [`${RED}漢${RESET}\x1b[38:2::1:2:3mx`, 3],
];

for (const [text, width] of WIDTHS) {
  Deno.test(`widthOf ${JSON.stringify(text)} is ${width}`, () => {
    assertEquals(widthOf(text), width);
    assertEquals(padToWidth(text, width + 3), `${text}   `);
    assertEquals(padToWidth(text, width), text);
    assertEquals(padToWidth(text, width - 1), text);
  });
}

const CUTS: readonly (readonly [text: string, columns: number, expected: string])[] = [
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["abcdef", 1, "…"],
  ["abcdef", 0, ""],
  ["", 0, ""],
  ["漢字漢字", 8, "漢字漢字"],
  ["漢字漢字", 7, "漢字漢…"],
  ["漢字漢字", 6, "漢字…"],
  ["𠀀𠀁𠀂", 5, "𠀀𠀁…"],
  ["𠀀𠀁𠀂", 4, "𠀀…"],
  ["e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"],
  ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  [`${FAMILY}${FAMILY}`, 4, `${FAMILY}${FAMILY}`],
  [`${FAMILY}${FAMILY}`, 3, `${FAMILY}…`],
  ["🇩🇪🇫🇷", 3, "🇩🇪…"],
  ["नमस्ते नमस्ते", 3, "नम…"],
  [`${RED}abcdef${RESET}`, 6, `${RED}abcdef${RESET}`],
  [`${RED}abcdef${RESET}`, 4, `${RED}abc…${RESET}`],
  [`ab${RED}cdef`, 3, `ab${RED}…${RESET}`],
];

for (const [text, columns, expected] of CUTS) {
  Deno.test(`cutToWidth of ${JSON.stringify(text)} at ${columns}`, () => {
    assertEquals(cutToWidth(text, columns), expected);
  });
}

Deno.test("cutToWidth takes another ellipsis, and none where it does not fit", () => {
  assertEquals(cutToWidth("abcdef", 5, "..."), "ab...");
  assertEquals(cutToWidth("abcdef", 3, "..."), "...");
  assertEquals(cutToWidth("abcdef", 2, "..."), "");
});

Deno.test("cutToWidth fits, and never cuts inside a character", () => {
  const dice = new Dice(1);
  const pieces = [
    "a",
    " ",
    "é",
    "e\u0301",
    "漢",
    "𠀀",
    FAMILY,
    "🇩🇪",
    "न",
    "म",
    "स्ते",
    "\u200b",
    "\ud800",
    RED,
  ];
  for (let round = 0; round < 3_000; round++) {
    const text = Array.from({ length: dice.between(0, 12) }, () => dice.pick(pieces)).join("");
    const columns = dice.between(0, 20);
    const cut = cutToWidth(text, columns);
    assert(widthOf(cut) <= columns, JSON.stringify({ text, columns, cut }));
    assert(!text.isWellFormed() || cut.isWellFormed(), JSON.stringify({ text, columns, cut }));
    if (widthOf(text) <= columns) assertEquals(cut, text);
  }
});

Deno.test("widthOf agrees with the library on every single character", () => {
  for (let code = 0x20; code < 0x10000; code++) {
    const character = String.fromCharCode(code);
    if (widthOf(character) === fastStringTruncatedWidth(character).width) continue;
    throw new Error(`U+${code.toString(16)} is ${widthOf(character)} wide`);
  }
});

Deno.test("widthOf and cutToWidth take no long time for 16 KiB of hostile text", () => {
  for (
    const piece of ["a", "漢", "e\u0301", "\u0301", "\u200d", FAMILY, "\x1b", RED, "\x1b]8;;", "🇩"]
  ) {
    const text = piece.repeat(16_384 / piece.length);
    const startedAt = performance.now();
    widthOf(text);
    cutToWidth(text, 80);
    const tookMs = performance.now() - startedAt;
    assert(tookMs < 200, `${JSON.stringify(piece)} took ${tookMs} ms`);
  }
});
