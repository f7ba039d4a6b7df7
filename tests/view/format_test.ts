/** Numbers as people read them. */
import {
  bytesText,
  clockText,
  counted,
  durationText,
  grouped,
  secondsText,
} from "../../lib/view/format.ts";
import { assertEquals } from "../support/assert.ts";

function check<T>(name: string, format: (value: T) => string, rows: readonly [T, string][]): void {
  Deno.test(name, () => {
    for (const [value, expected] of rows) assertEquals(format(value), expected);
  });
}

check("durationText grows coarser as durations grow", durationText, [
  [-5, "0.00s"],
  [0, "0.00s"],
  [4, "0.00s"],
  [214, "0.21s"],
  [994.9, "0.99s"],
  [995, "1.0s"],
  [4_140, "4.1s"],
  [59_949, "59.9s"],
  [59_950, "1:00"],
  [72_499, "1:12"],
  [3_599_499, "59:59"],
  [3_599_500, "1:00:00"],
  [7_390_000, "2:03:10"],
  [360_000_000, "100:00:00"],
]);

check("secondsText has no more digits than needed", secondsText, [
  [300_000, "300"],
  [500, "0.5"],
  [1_234.4, "1.234"],
  [0, "0"],
]);

check("grouped sets thousands apart", grouped, [
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [31_536_000, "31,536,000"],
]);

check("counted knows one from many", (count: number) => counted(count, "job"), [
  [0, "0 jobs"],
  [1, "1 job"],
  [1_200, "1,200 jobs"],
]);

check("bytesText chooses the unit", bytesText, [
  [0, "0 bytes"],
  [1, "1 byte"],
  [1_023, "1,023 bytes"],
  [1_024, "1.0 KiB"],
  [1_536, "1.5 KiB"],
  [2 ** 20 - 1, "1.0 MiB"],
  [64 * 2 ** 20, "64.0 MiB"],
  [3 * 2 ** 30, "3.0 GiB"],
  [5_000 * 2 ** 40, "5000.0 TiB"],
]);

Deno.test("clockText is the local time of day", () => {
  const at = Date.UTC(2026, 10, 22, 23, 30, 5);
  assertEquals(clockText(at, 0), "23:30:05");
  assertEquals(clockText(at, 60), "00:30:05");
  assertEquals(clockText(at, -330), "18:00:05");
});
