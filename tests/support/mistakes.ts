/** Tables of wrong files, each with what it is told. */
import { parseWorkflow } from "../../lib/core/workflow/parse.ts";
import { assertEquals } from "./assert.ts";
import { brief } from "./brief.ts";

/** What is told of `data`, in brief. */
export function mistakes(data: unknown): string[] {
  const parsed = parseWorkflow(data);
  return parsed.ok ? [] : brief(parsed.diagnostics);
}

/** One file, and what is told of it. */
export function check(name: string, data: unknown, ...expected: string[]): void {
  Deno.test(`parseWorkflow() ${name}`, () => assertEquals(mistakes(data), expected));
}

/** One job under test, a command unless it says something else; a path in `expected` is the job's. */
export function checkJobs(name: string, rows: readonly (readonly [object, ...string[]])[]): void {
  Deno.test(`parseWorkflow() ${name}`, () => {
    for (const [job, ...expected] of rows) {
      const needed = "job_type" in job ? {} : { command: "true" };
      const data = { name: "w", jobs: [{ id: "a", ...needed, ...job }] };
      assertEquals(
        mistakes(data),
        expected.map((line) =>
          line.replace("@ key ", "@ key /jobs/0/").replace(
            "@ value ",
            "@ value /jobs/0/",
          )
        ),
        JSON.stringify(job),
      );
    }
  });
}

/** As `checkJobs`, for `global_config`. */
export function checkConfig(name: string, rows: readonly (readonly [object, ...string[]])[]): void {
  Deno.test(`parseWorkflow() ${name}`, () => {
    for (const [config, ...expected] of rows) {
      const data = { name: "w", global_config: config, jobs: [{ id: "a", command: "true" }] };
      assertEquals(
        mistakes(data),
        expected.map((line) => line.replace(/@ (key|value) /, "@ $1 /global_config/")),
        JSON.stringify(config),
      );
    }
  });
}
