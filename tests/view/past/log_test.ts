/** Output on its way: whatever the pieces it comes in, the whole is the same. */
import { type LogOptions, logText } from "../../../lib/view/past/log.ts";
import { assertEquals } from "../../support/assert.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** What comes out of pieces, as one text. */
function through(pieces: readonly (string | Uint8Array)[], options: LogOptions): string {
  const log = logText(options);
  const parts = pieces.map((piece) =>
    log.add(typeof piece === "string" ? ENCODER.encode(piece) : piece)
  );
  return [...parts, log.end()]
    .map((part) => typeof part === "string" ? part : DECODER.decode(part)).join("");
}

const COLOR = { color: true };
const PLAIN = { color: false };

const ROWS: readonly (readonly [
  what: string,
  options: LogOptions,
  given: string,
  expected: string,
])[] = [
  [
    "bytes for a program",
    { label: null, terminal: null },
    "a\x1b[2J\r\nb\x00",
    "a\x1b[2J\r\nb\x00",
  ],
  ["labels for a program", { label: "j | ", terminal: null }, "a\n\nb", "j | a\nj | \nj | b\n"],
  ["nothing", { label: "j | ", terminal: null }, "", ""],
  ["text for a terminal", { label: null, terminal: PLAIN }, "a\x1b[2J\x07\n", "a␛[2J␇\n"],
  ["line ends", { label: null, terminal: PLAIN }, "a\r\nb\rc", "a\nb␍c"],
  ["colours", { label: null, terminal: COLOR }, "\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"],
  ["no colours", { label: null, terminal: PLAIN }, "\x1b[31mred\x1b[0m\n", "red\n"],
  ["wide text", { label: null, terminal: PLAIN }, "日本語\n", "日本語\n"],
  [
    "labels on a terminal",
    { label: "j | ", terminal: COLOR },
    "a\nb\x1b[2K\nc",
    "j | a\nj | b␛[2K\nj | c\n",
  ],
  ["an unfinished colour", { label: null, terminal: COLOR }, "a\x1b[3", "a␛[3"],
  ["nothing on a terminal", { label: "j | ", terminal: PLAIN }, "", ""],
];

for (const [what, options, given, expected] of ROWS) {
  Deno.test(`logs: ${what}, in one piece and byte by byte`, () => {
    assertEquals(through([given], options), expected);
    const bytes = Array.from(ENCODER.encode(given), (byte) => Uint8Array.of(byte));
    // A colour ends with its piece.
    const inOrder = (text: string) => text.replaceAll("\x1b[0m", "");
    assertEquals(inOrder(through(bytes, options)), inOrder(expected));
  });
}

Deno.test("logs: bytes that are no text reach a program as they are", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const log = logText({ label: null, terminal: null });
  assertEquals(log.add(bytes), bytes);
});

Deno.test("logs: a line without an end is broken once it is too long to wait for", () => {
  for (const terminal of [null, PLAIN]) {
    const options = { label: "j | ", terminal };
    assertEquals(logText(options).add(ENCODER.encode("x".repeat(60_000))).length, 0);
    const [first, second] = ["x".repeat(60_000), "y".repeat(10_000)];
    assertEquals(through([first, second, "z\n"], options), `j | ${first}${second}\nj | z\n`);
  }
});
