/**
 * `deno task bench`: orch side by side with ninja, make and just, whole processes, in turns within one
 * run, since the speed of a machine drifts. Prints medians and ratios as a table, then JSON.
 */
import { bundle } from "../../tools/bundle.ts";
import { type BenchCase, benchCases, type Contestant, orch, OTHERS } from "./work.ts";

const QUICK = Deno.args.includes("--quick");
const ROUNDS = QUICK ? 3 : 5;
/** just starts all jobs of a parallel recipe at once: what it is given stays small. */
const JOBS_FOR_JUST_MAX = 1000;

interface Sample {
  readonly seconds: number;
  readonly peakMb: number | null;
}

interface Row {
  readonly name: string;
  readonly seconds: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly peakMb: number | null;
}

const scratch = Deno.makeTempDirSync({ prefix: "orch-bench-" });
// As it is released: the others are installed programs as well.
await bundle(`${scratch}/orch.js`);
const contestants = [
  orch(`${scratch}/orch.js`),
  ...OTHERS.filter(({ command }) => isInstalled(command[0]!)),
];
const rows: Row[] = [];
for (const [place, work] of benchCases(QUICK).entries()) {
  rows.push(await measure(work, `${scratch}/${place}`));
  say(`measured ${work.name}`);
}
const runs = `${scratch}/${rows.length - 1}/${ROUNDS}-orch/.orch/runs`;
const journal = await readFigures("journal.ts", `${runs}/${[...Deno.readDirSync(runs)][0]!.name}`);
const latency = Deno.build.os === "linux" ? await readFigures("latency.ts") : null;
const history = await readFigures("history.ts");
Deno.removeSync(scratch, { recursive: true });
print(rows);
say(JSON.stringify({ quick: QUICK, rounds: ROUNDS, rows, latency, journal, history }), "stdout");

async function measure(work: BenchCase, folder: string): Promise<Row> {
  const samples = new Map<string, Sample[]>();
  const fitting = contestants.filter(({ name }) =>
    name !== "just" || work.jobs.length <= JOBS_FOR_JUST_MAX
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const contestant of fitting) {
      // A fresh folder each time, and none removed in between: removing keeps the disk busy.
      const place = writeWork(work, contestant, `${folder}/${round}-${contestant.name}`);
      const sample = await time(contestant, place);
      if (round === 0) continue;
      samples.set(contestant.name, [...samples.get(contestant.name) ?? [], sample]);
    }
  }
  const seconds = Object.fromEntries(
    [...samples].map(([name, all]) => [name, rounded(median(all.map((sample) => sample.seconds)))]),
  );
  // Round by round, so that a slow moment of the machine falls on both sides.
  const ratios = Object.fromEntries(
    [...samples].filter(([name]) => name !== "orch").map(([name, all]) => [
      name,
      rounded(median(all.map((sample, i) => samples.get("orch")![i]!.seconds / sample.seconds))),
    ]),
  );
  const peaks = samples.get("orch")!.flatMap(({ peakMb }) => peakMb ?? []);
  return {
    name: work.name,
    seconds,
    ratios,
    peakMb: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function writeWork(work: BenchCase, { file, text }: Contestant, place: string): string {
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeTextFileSync(`${place}/${file}`, text(work));
  return place;
}

async function time({ command, name }: Contestant, cwd: string): Promise<Sample> {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const child = new Deno.Command(program!, {
    args,
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const peak = watchPeak(child.pid);
  const [{ success }, stderr] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (!success) throw new Error(`${name} failed: ${stderr}`);
  return { seconds, peakMb: peak() };
}

/** The high-water mark of a process, as it was when last looked at. */
function watchPeak(pid: number): () => number | null {
  let peakMb: number | null = null;
  const look = () => {
    try {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
      if (kilobytes !== undefined) peakMb = Math.round(Number(kilobytes) / 1024);
    } catch {
      // It has ended, or there is no /proc.
    }
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    return peakMb;
  };
}

/** What another script here measures, in a process of its own. */
async function readFigures(name: string, ...given: readonly string[]): Promise<unknown> {
  const script = new URL(name, import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...given],
  })
    .output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function print(rows: readonly Row[]): void {
  const names = contestants.map(({ name }) => name);
  const others = names.slice(1);
  const head = ["two at a time", ...names, ...others.map((name) => `of ${name}`), "peak MB"];
  const cells = rows.map(({ name, seconds, ratios, peakMb }) => [
    name,
    ...names.map((contestant) =>
      seconds[contestant] === undefined ? "" : `${seconds[contestant]!.toFixed(2)} s`
    ),
    ...others.map((other) => ratios[other]?.toFixed(2) ?? ""),
    String(peakMb ?? ""),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...cells].map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  say(
    [line(head), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n"),
    "stdout",
  );
  say(`from "slot free" to "job running": ${JSON.stringify(latency)}`, "stdout");
  say(`remembering the last of these: ${JSON.stringify(journal)}`, "stdout");
  say(`seconds, of whole processes: ${JSON.stringify(history)}`, "stdout");
}

function isInstalled(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

function say(text: string, stream: "stdout" | "stderr" = "stderr"): void {
  Deno[stream].writeSync(new TextEncoder().encode(`${text}\n`));
}
