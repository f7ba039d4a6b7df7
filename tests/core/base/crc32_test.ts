/** The checksum, against published values and against its definition, bit by bit. */
import { crc32 } from "../../../lib/core/base/crc32.ts";
import { assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

const KNOWN: readonly (readonly [text: string, crc: number])[] = [
  ["", 0],
  ["a", 0xe8b7be43],
  ["abc", 0x352441c2],
  ["123456789", 0xcbf43926],
  ["The quick brown fox jumps over the lazy dog", 0x414fa339],
  ["\0", 0xd202ef8d],
  ["\0\0\0\0", 0x2144df1c],
  ["漢字", 0x9961bbaf],
];

Deno.test("crc32() gives the published values", () => {
  for (const [text, crc] of KNOWN) {
    assertEquals(crc32(new TextEncoder().encode(text)), crc, JSON.stringify(text));
  }
});

/** The definition: polynomial division, one bit at a time. */
function slowCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

Deno.test("crc32() is what its definition says, for every length up to 300", () => {
  const dice = new Dice(1);
  for (let length = 0; length <= 300; length++) {
    const bytes = Uint8Array.from({ length }, () => dice.between(0, 255));
    assertEquals(crc32(bytes), slowCrc32(bytes), `${length} bytes`);
  }
});

Deno.test("crc32() reads a part of a larger buffer", () => {
  const bytes = new TextEncoder().encode("xx123456789xx");
  assertEquals(crc32(bytes.subarray(2, 11)), 0xcbf43926);
});
