/** The ground of the core: data of whatever shape, and small sums. */
import { causeOf } from "../../../lib/core/base/cause.ts";
import { isMapping, property } from "../../../lib/core/base/json.ts";
import { kebab } from "../../../lib/core/base/kebab.ts";
import { median } from "../../../lib/core/base/median.ts";
import { assertEquals } from "../../support/assert.ts";

Deno.test("causeOf() is the message, of whatever was thrown", () => {
  assertEquals([new Error("full"), "full", 7, null].map(causeOf), ["full", "full", "7", "null"]);
});

Deno.test("isMapping() knows lists and nothing from mappings", () => {
  assertEquals([{}, [], null, "x", undefined].map(isMapping), [true, false, false, false, false]);
});

Deno.test("property() is what a mapping or list itself has", () => {
  assertEquals(property({ a: 1 }, "a"), 1);
  assertEquals(property(["x"], 0), "x");
  for (const value of [null, undefined, "text", 7, {}]) {
    assertEquals(property(value, "toString"), undefined);
  }
});

Deno.test("kebab() is a name as people type it", () => {
  assertEquals(["quiet", "jobOutput", "maxLogBytes"].map(kebab), [
    "quiet",
    "job-output",
    "max-log-bytes",
  ]);
});

Deno.test("median() leaves out what is not known", () => {
  assertEquals(median([]), null);
  assertEquals(median([null]), null);
  assertEquals(median([9, null, 1, 5]), 5);
  assertEquals(median([4, 1, 2, 3]), 3);
});
