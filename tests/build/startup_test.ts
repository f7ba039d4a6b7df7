/**
 * How soon orch starts, beside bare Deno in the same minutes on the same machine. The design wants at
 * most 4, 6, 20 and 60 ms over the 12 ms of bare Deno, for these four command lines.
 */
import { assert } from "../support/assert.ts";
import { newProject, ROOT, workflow } from "../support/cli.ts";
import { GRANTED, newBundle, runProgram } from "./bundled.ts";

const BARE_MS = 12;

/** The command line, and the budget over bare Deno in milliseconds where that takes 12. */
const BUDGETS: readonly (readonly [readonly string[], number])[] = [
  [["--version"], 4],
  [["--help"], 6],
  [["validate", "ten.json"], 20],
  [["validate", "thousand.json"], 60],
];

/**
 * How many times the budget is allowed. Other work on the machine hurts longer programs more; and the
 * sources, which load each module and package by itself, are known to be over it.
 */
const ALLOWED = { bundle: 2, sources: 3 } as const;

/** The quickest of so many starts counts: what made others slower was not orch. */
const MOST_ROUNDS = 30;

for (const what of ["bundle", "sources"] as const) {
  Deno.test(`start-up of the ${what}: within ${ALLOWED[what]} times the budget over bare Deno`, async () => {
    await using made = await newBundle();
    const jobs = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: `j${i}`, command: "true" }));
    await using project = newProject({
      "bare.ts": "",
      "ten.json": workflow(...jobs(10)),
      "thousand.json": workflow(...jobs(1000)),
    });
    const program = what === "bundle" ? made.path : `${ROOT}/main.ts`;
    const time = async (...args: readonly string[]) => {
      const from = performance.now();
      await runProgram([Deno.execPath(), "run", ...GRANTED, ...args], { cwd: project.folder });
      return performance.now() - from;
    };
    // Once unmeasured: the first start of a program fills Deno's caches.
    for (const [args] of BUDGETS) await time(program, ...args);
    const quickest = { bare: Infinity, orch: BUDGETS.map(() => Infinity) };
    const tooSlow = () =>
      BUDGETS.flatMap(([args, budgetMs], i) => {
        const ratio = quickest.orch[i]! / quickest.bare;
        const allowed = 1 + ALLOWED[what] * budgetMs / BARE_MS;
        const said = `${args.join(" ")}: ${ratio.toFixed(2)} times bare Deno, allowed ${
          allowed.toFixed(2)
        }`;
        return ratio <= allowed ? [] : [said];
      });
    for (let round = 0; round < MOST_ROUNDS && (round < 3 || tooSlow().length > 0); round++) {
      quickest.bare = Math.min(quickest.bare, await time("bare.ts"));
      for (const [i, [args]] of BUDGETS.entries()) {
        quickest.orch[i] = Math.min(quickest.orch[i]!, await time(program, ...args));
      }
    }
    assert(tooSlow().length === 0, tooSlow().join("\n"));
  });
}
