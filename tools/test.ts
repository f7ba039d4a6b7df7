/**
 * Runs the tests: `deno task test [FILE or FOLDER or flag of deno test]…`. Each file is a process of its
 * own, a few at a time; what measures time comes last, alone. ORCH_UNDER_TEST=bundle tests the bundle in
 * the place of the sources; without paths some files are repeated with it anyway. DENO_JOBS says how many
 * run at a time.
 */
import { bundle } from "./bundle.ts";
import { ALONE, LOOSE, MEASURES, SECONDS, SHIPPED } from "./test_lanes.ts";
import {
  inOrder,
  lastLine,
  NONE,
  type Report,
  reportOf,
  sum,
  type TestFile,
  wishOf,
} from "./test_plan.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const BUNDLE = `${ROOT}dist/test/orch.js`;
const STRICT = ["--allow-all", "--no-check", "--sanitize-ops", "--sanitize-resources"];

/** A file that takes longer than that hangs. */
const MS_LENGTH_MAX = 20 * 60_000;

/** Files at a time: tests wait for jobs more than they compute. */
const JOBS = Math.max(1, Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency + 1));

/** How one file ended. */
interface Ended {
  readonly file: TestFile;
  readonly code: number;
  readonly report: Report;
}

class Run {
  readonly #flags: readonly string[];
  readonly #children = new Set<Deno.ChildProcess>();
  readonly #ended: Ended[] = [];
  readonly #startedAt = performance.now();
  #isStopped = false;

  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  /** Runs files, so many at a time, in this order. */
  async all(files: readonly TestFile[], atOnce: number): Promise<void> {
    const queue = [...files];
    const work = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        if (!this.#isStopped) await this.#one(file);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  /** Starts nothing more, and ends what runs. */
  stop(): void {
    this.#isStopped = true;
    for (const child of this.#children) child.kill("SIGTERM");
  }

  /** Says how it went; the exit code. */
  end(): number {
    const bad = this.#ended.filter(({ code }) => code !== 0);
    for (const { file, report: { errors } } of bad) {
      if (errors !== "") say(`\n ERRORS in ${nameOf(file)}\n\n${errors}`);
    }
    if (bad.length > 0) say("\n FAILURES\n");
    let tally = NONE;
    for (const { file, code, report } of this.#ended) {
      tally = sum(tally, report.tally ?? NONE);
      for (const failure of report.failures) say(failure + (file.shipped ? " (the bundle)" : ""));
      if (code === 0 || (report.tally?.failed ?? 0) > 0) continue;
      say(`${nameOf(file)} ended with ${code} before all was tested`);
      tally = sum(tally, { ...NONE, failed: 1 });
    }
    const isGood = bad.length === 0 && !this.#isStopped;
    if (isGood && tally.passed + tally.ignored === 0) {
      say("No test is called so");
      return 1;
    }
    say(`\n${lastLine(tally, isGood, performance.now() - this.#startedAt)}`);
    return isGood ? 0 : 1;
  }

  async #one(file: TestFile): Promise<void> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", ...STRICT, ...this.#flags, file.path],
      env: {
        ...(file.shipped && { ORCH_UNDER_TEST: BUNDLE }),
        ...(!Deno.stdout.isTerminal() && { NO_COLOR: "1" }),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#children.add(child);
    const tooLate = setTimeout(() => child.kill("SIGKILL"), MS_LENGTH_MAX);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(tooLate);
    this.#children.delete(child);
    const report = reportOf(textOf(stdout));
    this.#ended.push({ file, code, report });
    const { passed = 0, failed = 0, ignored = 0 } = report.tally ?? { failed: 1 };
    if (passed + failed + ignored === 0) return;
    say(file.shipped ? `${report.lines} (the bundle)` : report.lines);
    if (report.tally === null) say(textOf(stderr).trim());
  }
}

function nameOf({ path, shipped }: TestFile): string {
  return `${path.startsWith(ROOT) ? path.slice(ROOT.length) : path}${
    shipped ? " with the bundle" : ""
  }`;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function say(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Test files at a path, or the file itself. Throws where there is nothing. */
function* filesAt(path: string): Iterable<string> {
  if (!Deno.statSync(path).isDirectory) return yield path;
  const entries = [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const inside = `${path.replace(/\/$/, "")}/${name}`;
    if (isDirectory) yield* filesAt(inside);
    else if (/_test\.ts$/.test(name)) yield inside;
  }
}

function fileAt(path: string, shipped: boolean): TestFile {
  const measures = !LOOSE.includes(path) && MEASURES.test(Deno.readTextFileSync(path));
  return { path, shipped, alone: measures || ALONE.includes(path) };
}

/** What is to be repeated with the bundle where all tests are asked for. */
function repeated(all: readonly string[]): readonly string[] {
  const everything = Deno.env.get("ORCH_TEST_SHIPPED") === "all";
  return everything ? all.filter((path) => path.startsWith("tests/e2e/")) : SHIPPED;
}

async function main(args: readonly string[]): Promise<number> {
  const { paths, flags } = wishOf(args);
  const found = (paths.length > 0 ? paths : ["tests"]).flatMap((path) => [...filesAt(path)]);
  const check = new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", ...found] });
  if (!(await check.spawn().status).success) return 1;
  const isAll = paths.length === 0;
  const isShipped = Deno.env.get("ORCH_UNDER_TEST") === "bundle";
  const files = found.map((path) => fileAt(path, isShipped));
  if (isAll && !isShipped) files.push(...repeated(found).map((path) => fileAt(path, true)));
  if (files.some(({ shipped }) => shipped)) {
    await Deno.mkdir(`${ROOT}dist/test`, { recursive: true });
    await bundle(BUNDLE);
  }
  const run = new Run(flags);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => run.stop());
  }
  const { together, alone } = inOrder(files, SECONDS);
  await run.all(together, JOBS);
  await run.all(alone, 1);
  return run.end();
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
