/** What no workflow may hold, found in plain data. */
import { checkLimits, NESTING_MAX } from "../../../lib/core/workflow/document_limits.ts";
import { applyMergeKeys } from "../../../lib/core/workflow/merge_keys.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { brief } from "../../support/brief.ts";

function check(name: string, data: unknown, ...expected: string[]): void {
  Deno.test(`checkLimits ${name}`, () => assertEquals(brief(checkLimits(data)), expected));
}

/** Lists in lists under the key `a`, so that the innermost is at this depth. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 2; level < depth; level++) value = [value];
  return { a: value };
}

function cycle(): unknown {
  const node: Record<string, unknown> = { id: "a" };
  node.self = node;
  return { jobs: [node] };
}

function laughs(levels: number): unknown {
  let value: unknown = "lol";
  for (let level = 0; level < levels; level++) value = Array(10).fill(value);
  return { fine: 1, jobs: value };
}

const shared = { tags: ["a"] };
const sharedFault = { count: Infinity };
const deepPath = `/a${"/0".repeat(NESTING_MAX - 1)}`;

check("accepts a plain document", { name: "x", jobs: [{ id: "a", n: 1.5, on: true, no: null }] });
check("accepts an empty mapping", {});
check("refuses nothing", null, "E110 nothing @ document");
check("refuses undefined", undefined, "E110 nothing @ document");
check("refuses a list at the root", [1], "E110 a list @ value /");
check("refuses a string at the root", "x", "E110 a string @ value /");
check("refuses a number at the root", 1, "E110 a number @ value /");
check("refuses a boolean at the root", true, "E110 a boolean @ value /");
check("accepts nesting at the limit", nested(NESTING_MAX));
check("refuses nesting one beyond it", nested(NESTING_MAX + 1), `E109 65 64 @ value ${deepPath}`);
check("refuses nesting of 100,000 levels", nested(100_000), `E109 65 64 @ value ${deepPath}`);
check(
  "refuses keys that objects reserve",
  JSON.parse('{"__proto__": {"polluted": 1}, "jobs": [{"constructor": 1, "prototype": 2}]}'),
  "E111 __proto__ @ key /__proto__",
  "E111 constructor @ key /jobs/0/constructor",
  "E111 prototype @ key /jobs/0/prototype",
);
check("accepts such words as values", { a: ["__proto__", "constructor"], toString: 1 });
check("accepts the largest safe integers", { a: 2 ** 53 - 1, b: -(2 ** 53 - 1), c: 1e-300 });
check(
  "refuses numbers that are not what was written",
  { a: 2 ** 53, b: -(2 ** 53), c: [Infinity, NaN, -Infinity, 1e300] },
  "E303 9007199254740992 @ value /a",
  "E303 -9007199254740992 @ value /b",
  "E303 Infinity @ value /c/0",
  "E303 NaN @ value /c/1",
  "E303 -Infinity @ value /c/2",
  "E303 1e+300 @ value /c/3",
);
check("accepts tabs and line breaks", { a: "\t\n\r", "b\tc": "\x7f\u0085" });
check(
  "refuses control characters",
  { a: "x\0", b: ["\x1b[31m"], "k\x07": 1 },
  "E307 0 @ value /a",
  "E307 27 @ value /b/0",
  "E307 7 @ key /k\x07",
);
check("refuses a cycle", cycle(), "E108 cycle @ value /jobs/0/self");
check("accepts a node that is shared", { a: shared, b: [shared, shared] });
check(
  "tells of a shared node's mistake once",
  { a: sharedFault, b: sharedFault },
  "E303 Infinity @ value /a/count",
);
check("refuses references that expand without end", laughs(9), "E108 bomb @ value /jobs");
check("accepts references that expand a little", laughs(5));

Deno.test("checkLimits collects no more than 100 mistakes", () => {
  assertEquals(checkLimits({ a: Array(1_000).fill("\0") }).length, 100);
});

Deno.test("checkLimits visits 100,000 jobs in no time", () => {
  const jobs = Array.from({ length: 100_000 }, (_, i) => ({ id: `j${i}`, needs: [`j${i - 1}`] }));
  const startedAt = performance.now();
  assertEquals(checkLimits({ jobs }), []);
  assert(performance.now() - startedAt < 400);
});

function checkMerge(name: string, data: unknown, expected: unknown): void {
  Deno.test(`applyMergeKeys ${name}`, () => {
    const merged = applyMergeKeys(data);
    assertEquals(merged.ok ? merged.value : brief(merged.diagnostics), expected);
  });
}

checkMerge("leaves a document without merge keys alone", { a: [1] }, { a: [1] });
checkMerge("lends keys, and own keys win", { a: { "<<": { x: 1, y: 1 }, y: 2 } }, {
  a: { x: 1, y: 2 },
});
checkMerge("prefers the earlier of several lenders", { "<<": [{ x: 1 }, { x: 2, y: 2 }] }, {
  x: 1,
  y: 2,
});
checkMerge("lends what was lent", { "<<": { "<<": { x: 1 }, y: 1 } }, { x: 1, y: 1 });
checkMerge("refuses to lend from a scalar", { jobs: [{ "<<": "x" }] }, [
  "E201 a mapping a string  false @ value /jobs/0/<<",
]);
