/** The arithmetic of `max_concurrent_jobs`: read by us, run by nobody. */
import { evaluateExpression } from "../../../lib/core/workflow/expression.ts";
import { concurrencyOf } from "../../../lib/core/plan/resources.ts";
import { assertEquals } from "../../support/assert.ts";
import { sketchWorkflow } from "../../support/workflows.ts";

function evaluate(text: string, processors: number): number | string {
  const result = evaluateExpression(text, processors);
  return "value" in result ? result.value : result.problem;
}

Deno.test("evaluateExpression() calculates with whole numbers and the number of processors", () => {
  const rows: [string, number, number][] = [
    // text, processors, value
    ["4", 8, 4],
    [" 4 ", 8, 4],
    ["$(nproc)", 8, 8],
    ["$( nproc )", 8, 8],
    ["$(($(nproc) * 2))", 8, 16],
    ["$(( $(nproc)*2 ))", 8, 16],
    ["$(nproc) * 2", 8, 16],
    ["$(nproc)-1", 8, 7],
    ["$(nproc)-1", 1, 1],
    ["$(nproc) - 5", 2, 1],
    ["$(nproc)/2", 8, 4],
    ["$(nproc)/2", 7, 3],
    ["$(nproc)/2", 1, 1],
    ["1+2*3", 1, 7],
    ["(1+2)*3", 1, 9],
    ["10-2-3", 1, 5],
    ["100/10/5", 1, 2],
    ["7/2*2", 1, 6],
    ["2*7/2", 1, 7],
    ["$((1+$((2*3))))", 1, 7],
    ["((((5))))", 1, 5],
    ["0", 8, 1],
    ["10000", 1, 10_000],
    ["$(nproc)*$(nproc)", 100, 10_000],
  ];
  for (const [text, processors, value] of rows) {
    assertEquals(evaluate(text, processors), value, `${text} on ${processors}`);
  }
});

Deno.test("evaluateExpression() says what is wrong", () => {
  const rows: [string, string][] = [
    ["", "syntax"],
    [" ", "syntax"],
    ["nproc", "syntax"],
    ["$nproc", "syntax"],
    ["${nproc}", "syntax"],
    ["`nproc`", "syntax"],
    ["$(nproc", "syntax"],
    ["$((1)", "syntax"],
    ["$((1)))", "syntax"],
    ["(1", "syntax"],
    ["1)", "syntax"],
    ["()", "syntax"],
    ["1 2", "syntax"],
    ["1 +", "syntax"],
    ["* 2", "syntax"],
    ["-1", "syntax"],
    ["1 ** 2", "syntax"],
    ["1 % 2", "syntax"],
    ["1.5", "syntax"],
    ["1e3", "syntax"],
    ["0x10", "syntax"],
    ["four", "syntax"],
    ["\u0664", "syntax"],
    ["1/0", "zero"],
    ["1/(1-1)", "zero"],
    ["10001", "range"],
    ["999999999*999999999", "range"],
    ["1234567890", "syntax"],
  ];
  for (const [text, problem] of rows) assertEquals(evaluate(text, 8), problem, text);
});

Deno.test("evaluateExpression() never takes a command for an expression", () => {
  const commands = [
    "$(touch /tmp/x)",
    "$(nproc; id)",
    "$(nproc)$(id)",
    "$(nproc && id)",
    "$(nproc) ; id",
    "$(nproc | cat)",
    "$(cat /proc/cpuinfo)",
    "constructor",
    "globalThis",
    "Deno.exit()",
    "process.exit(1)",
  ];
  for (const text of commands) assertEquals(evaluate(text, 8), "syntax", text);
});

Deno.test("concurrencyOf() asks the command line, then the file, then says 4", () => {
  const rows: [number | null, number | string | null, number][] = [
    // command line, file, result on 8 processors
    [null, null, 4],
    [7, null, 7],
    [null, 6, 6],
    [7, 6, 7],
    [null, "$(nproc)", 8],
    [null, "$(($(nproc) * 2))", 16],
    [2, "$(nproc)", 2],
    [null, "8/($(nproc)-8)", 4],
  ];
  for (const [requested, said, expected] of rows) {
    const workflow = sketchWorkflow([{ id: "a" }], {
      global: {
        maxConcurrentJobs: typeof said === "string" ? { expression: said } : said,
        environment: {},
        maxMemoryMb: null,
        maxCpuPercent: null,
      },
    });
    assertEquals(concurrencyOf(workflow, { requested, processors: 8 }), expected);
  }
});
