/** Which variables would reach a job as other text than the file says. */
import {
  checkWritten,
  mayReadOtherwise,
  plainValues,
} from "../../../lib/core/workflow/written_scalars.ts";
import { assertEquals } from "../../support/assert.ts";
import { brief } from "../../support/brief.ts";

Deno.test("plainValues() are the variables that are not text, of the file and of its jobs", () => {
  const document = {
    global_config: { environment: { A: 1, B: "x" } },
    jobs: [{ timeout: 5 }, { environment: { C: true, D: null } }, "nonsense"],
  };
  assertEquals(plainValues(document), [
    { path: ["global_config", "environment", "A"], value: 1 },
    { path: ["jobs", 1, "environment", "C"], value: true },
  ]);
});

Deno.test("plainValues() are none in what is no workflow", () => {
  for (const document of [null, 7, "text", [], { jobs: 7 }, { jobs: [{ environment: 7 }] }]) {
    assertEquals(plainValues(document), []);
  }
});

/** As they stand in a file, and what YAML 1.2 or JSON takes them for. */
const ODD: readonly (readonly [string, number | boolean])[] = [
  ["1.10", 1.1],
  ["1.0", 1],
  ["5.", 5],
  ["010", 10],
  ["-007", -7],
  ["0x1F", 31],
  ["0o17", 15],
  ["+5", 5],
  [".5", 0.5],
  ["-.5", -0.5],
  ["1e3", 1000],
  ["1.5E3", 1500],
  ["-0", -0],
  ["0.0000001", 1e-7],
  ["123456789.123456789", 123456789.123456789],
  ["0.12345678901234567", 0.12345678901234567],
  ["True", true],
  ["FALSE", false],
];

for (const [written, value] of ODD) {
  Deno.test(`a variable written as ${written} is found and refused`, () => {
    for (const text of [`V: ${written}\n`, `{"V":${written}}`, `{V: ${written}, W: a}`]) {
      assertEquals([text, mayReadOtherwise(text)], [text, true]);
    }
    const found = checkWritten([{ path: ["jobs", 0, "environment", "V"], value }], [written]);
    assertEquals(brief(found), [`E303 ${String(value)} ${written} @ value /jobs/0/environment/V`]);
  });
}

Deno.test("what reads as it is written is not looked at twice", () => {
  for (
    const text of ["V: 1", "V: 1.5", "V: -3", "V: 0", "V: true", "timeout: 300", "a-01-b: x1.0y"]
  ) {
    assertEquals([text, mayReadOtherwise(text)], [text, false]);
  }
});

Deno.test("checkWritten() takes what is written so, is an alias, or cannot be seen", () => {
  const values = [1.5, 1.1, 1.1, true].map((value) => ({ path: ["x"], value }));
  assertEquals(checkWritten(values, ["1.5", "*version", null, "true"]), []);
});
