/** Which name was meant. */
import { didYouMean } from "../../../lib/core/base/did_you_mean.ts";
import { assert, assertEquals } from "../../support/assert.ts";

Deno.test("didYouMean() names the nearest, or none", () => {
  const known = ["command", "script_path", "dependencies", "environment", "timeout", "tags", "id"];
  const rows: [string, string | null][] = [
    ["comand", "command"],
    ["commandd", "command"],
    ["COMMAND", "command"],
    ["Timeout", "timeout"],
    ["time_out", "timeout"],
    ["dependancies", "dependencies"],
    ["dependency", "dependencies"],
    ["enviroment", "environment"],
    ["script", null],
    ["tag", "tags"],
    ["ID", "id"],
    ["it", "id"],
    ["xy", null],
    ["needs", null],
    ["", null],
    ["something else", null],
  ];
  for (const [name, expected] of rows) assertEquals(didYouMean(name, known), expected, name);
});

Deno.test("didYouMean() prefers fewer differences, then the first", () => {
  assertEquals(didYouMean("build_b", ["build_c", "build_a", "build"]), "build_c");
  assertEquals(didYouMean("test_1", ["test_12", "Test_1"]), "Test_1");
  assertEquals(didYouMean("a", []), null);
});

Deno.test("didYouMean() does not compare names that are too long", () => {
  const long = "x".repeat(64);
  assertEquals(didYouMean(long, [`${long}y`]), `${long}y`);
  assertEquals(didYouMean(`${long}x`, [`${long}y`]), null);
  const startedAt = performance.now();
  didYouMean("x".repeat(1_000_000), ["x".repeat(1_000_000)]);
  assert(performance.now() - startedAt < 100);
});
