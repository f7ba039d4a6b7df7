/** A text that is read in parts reads as the whole does, and its places are the same. */
import type { DocumentPath } from "../../../lib/core/workflow/diagnostic.ts";
import {
  findInParts,
  readDataInParts,
  type Wanted,
} from "../../../lib/runtime/load/strict_parts.ts";
import { readCarefully, type YamlTree } from "../../../lib/runtime/load/strict_yaml.ts";
import { decodeDocument } from "../../../lib/runtime/load/decode.ts";
import { findJobLines } from "../../../lib/runtime/load/job_lines.ts";
import { findSpans } from "../../../lib/runtime/load/locate.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { oddWorkflow } from "../../support/odd_workflows.ts";
import { Dice } from "../../support/random.ts";

const TEXTS = Number(Deno.env.get("ORCH_TEST_TEXTS") ?? 1_000);

/** Some of the paths that lead to something in `data`, and some that do not. */
function somePaths(data: unknown, dice: Dice): DocumentPath[] {
  const found: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]) => {
    found.push(path, [...path, dice.pick(["id", "none", 0, 99])]);
    if (typeof value !== "object" || value === null || path.length > 5) return;
    for (const [key, inner] of Object.entries(value)) {
      walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  walk(data, []);
  // Of few jobs, so that others are left out.
  const jobs = new Set([dice.between(0, 20), dice.between(0, 20), dice.between(0, 20)]);
  return found.filter(([first, job]) =>
    first !== "jobs" || job === undefined || jobs.has(Number(job))
  );
}

async function wholeOrNull(text: string): Promise<YamlTree | null> {
  return await readCarefully(text, "yaml").catch(() => null);
}

Deno.test("places found in parts of a text are those found in the whole", async () => {
  const dice = new Dice(1);
  let compared = 0;
  for (let i = 0; i < TEXTS; i++) {
    const text = oddWorkflow(dice);
    const lines = findJobLines(text, 1);
    if (lines === null) continue;
    const decoded = await decodeDocument(new TextEncoder().encode(text), "yaml");
    const whole = await wholeOrNull(text);
    const isGood = whole?.faults.length === 0;
    if (!decoded.ok && !isGood) continue; // nobody looks for places in it
    const paths = somePaths(decoded.ok ? decoded.value : whole!.toData(), dice);
    const wanted = paths.map((path): Wanted => ({ at: dice.pick(["key", "value"]), path }));
    const inParts = await findInParts(lines, wanted);
    if (inParts === null) continue;
    compared++;
    const expected = await findSpans(text, wanted, Infinity);
    const visible = (spans: typeof expected) =>
      spans.map((span, k) =>
        span && [wanted[k]!.path.join("."), span.start, firstLine(text, span)]
      );
    assertEquals(visible(inParts), visible(expected), JSON.stringify(text));
  }
  assert(compared > TEXTS / 10, `only ${compared} texts were read in parts`);
});

/** What a diagnostic shows of a span. */
function firstLine(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(start, end).split(/\r?\n/)[0]!;
}

Deno.test("data read in parts are those of the whole, which is without mistakes", async () => {
  const dice = new Dice(2);
  let compared = 0;
  for (let i = 0; i < TEXTS; i++) {
    const text = oddWorkflow(dice);
    const lines = findJobLines(text, 1);
    const jobs = lines === null ? [] : Array.from({ length: lines.count }, (_, job) => job);
    const unread = { jobs: jobs.map(() => "unread") };
    const data = lines && await readDataInParts(lines, unread, jobs);
    if (data === null) continue;
    compared++;
    const whole = await readCarefully(text, "yaml");
    assertEquals(whole.faults, [], JSON.stringify(text));
    assertEquals(data, whole.toData(), JSON.stringify(text));
  }
  assert(compared > TEXTS / 20, `only ${compared} texts were read in parts`);
});

Deno.test("a long text is decoded as a short one is, whichever of its jobs are read carefully", async () => {
  const dice = new Dice(3);
  const encoder = new TextEncoder();
  const padding = `#${"-".repeat(70_000)}\n`;
  let compared = 0;
  for (let i = 0; i < TEXTS / 4; i++) {
    const text = oddWorkflow(dice);
    if (text.startsWith("\ufeff")) continue;
    const short = await decodeDocument(encoder.encode(text), "yaml");
    const long = await decodeDocument(encoder.encode(padding + text), "yaml");
    assertEquals(long.ok, short.ok, JSON.stringify(text));
    if (!long.ok || !short.ok) continue;
    compared++;
    assertEquals(long.value, short.value, JSON.stringify(text));
  }
  assert(compared > TEXTS / 40, `only ${compared} texts were decoded`);
});
