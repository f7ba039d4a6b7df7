/** Numbers as people read them. */
import {
  bytesText,
  clockText,
  countdownText,
  counted,
  durationText,
  grouped,
  listed,
  memoryText,
  secondsText,
  tickingText,
} from "../../../lib/view/text/format.ts";
import { assertEquals } from "../../support/assert.ts";

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

check("tickingText has whole seconds that have passed", tickingText, [
  [-5, "0:00"],
  [999, "0:00"],
  [1_000, "0:01"],
  [59_999, "0:59"],
  [60_000, "1:00"],
  [3_599_999, "59:59"],
  [3_600_000, "1:00:00"],
  [360_061_000, "100:01:01"],
]);

check("countdownText has whole seconds that are left", countdownText, [
  [-5, "0s"],
  [1, "1s"],
  [1_000, "1s"],
  [59_001, "1:00"],
  [70_000, "1:10"],
]);

check("memoryText has four characters at most", memoryText, [
  [0, "0K"],
  [900_000, "879K"],
  [1_023_000, "999K"],
  [1_024_000, "1M"],
  [410 * 2 ** 20, "410M"],
  [999.6 * 2 ** 20, "1.0G"],
  [1.24 * 2 ** 30, "1.2G"],
  [9.96 * 2 ** 30, "10G"],
  [64 * 2 ** 30, "64G"],
  [2 ** 50, "1024T"],
]);

Deno.test("listed() names no more than it may", () => {
  assertEquals(listed(["a"], 2), "a");
  assertEquals(listed(["a", "b"], 2), "a, b");
  assertEquals(listed(["a", "b", "c"], 2), "a, b and 1 more");
  assertEquals(listed(Array.from({ length: 1_202 }, () => "x"), 2), "x, x and 1,200 more");
});
