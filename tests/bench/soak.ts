/**
 * `deno task soak`: many jobs of all kinds through one orch, a program of its own, whose open files,
 * zombies and memory are looked at all the while. Prints them, and fails when they grow after the first
 * fifth of the run.
 */
import { orch } from "./work.ts";

const ORCH = orch();

/** What a soak is to be. */
export interface SoakOptions {
  readonly jobs: number;
  readonly parallel: number;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** All permissions, with which orch makes control groups where it may; else those of `deno task run`. */
  readonly allowAll: boolean;
}

/** What one look has seen. */
export interface Sample {
  readonly seconds: number;
  readonly openFiles: number;
  readonly zombies: number;
  readonly residentMb: number;
}

/** A soak that has ended. */
export interface Soak {
  readonly code: number;
  readonly stderr: string;
  readonly seconds: number;
  readonly samples: readonly Sample[];
}

/** A quantity, before and after, and how far it may go up in between. */
export interface Growth {
  readonly what: string;
  /** The most of the second fifth of the run, and of the last. */
  readonly early: number;
  readonly late: number;
  readonly allowed: number;
}

/** One of each kind comes every so many jobs; the others are the shortest there are. */
const KINDS: readonly (readonly [every: number, command: string])[] = [
  // Its slot is killed with it.
  [50, "kill -KILL 0"],
  // Its slot holds a stranger for a while.
  [47, "(env -i setsid sleep 0.05 &)"],
  [43, "sleep 0.05 & echo left"],
  [11, "exit 3"],
  [7, "/bin/true"],
  [5, "echo $$ >&2"],
  [3, "echo a | cat"],
  [2, "sleep 0.01"],
  [1, "true"],
];

/** How much each may go up: the noise of slots that are just being replaced, and of garbage. */
const ALLOWED = { openFiles: 8, zombies: 4, residentMb: 32 };

/** Runs it in `folder`. */
export async function soak(options: SoakOptions, folder: string): Promise<Soak> {
  const { jobs, parallel, everyMs, allowAll } = options;
  const commands = Array.from(
    { length: jobs },
    (_, i) => KINDS.find(([every]) => (i + 1) % every === 0)![1],
  );
  const work = { name: "soak", jobs: commands.map((command) => ({ command, needs: [] })) };
  await Deno.writeTextFile(`${folder}/${ORCH.file}`, ORCH.text(work));
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...programOf(allowAll), "run", ORCH.file, "-q", "-c", String(parallel)],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const samples: Sample[] = [];
  const timer = setInterval(() => {
    const sample = look(child.pid, (performance.now() - startedAt) / 1000);
    if (sample !== null) samples.push(sample);
  }, everyMs);
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  clearInterval(timer);
  return { code, stderr, seconds: (performance.now() - startedAt) / 1000, samples };
}

/** What `deno` is told in order to be orch. */
function programOf(allowAll: boolean): readonly string[] {
  const { command } = ORCH;
  const main = command.find((word) => word.endsWith("main.ts"))!;
  return allowAll ? ["run", "--allow-all", main] : command.slice(1, command.indexOf(main) + 1);
}

/** Whether a soak ended as it should: exit code 1, with each job as it was meant to be. */
export function endedAsMeant({ code, stderr }: Soak, jobs: number): boolean {
  const { success, failed } = expectedCounts(jobs);
  const said = stderr.replaceAll(",", "");
  return code === 1 && new RegExp(`${failed} failed \\(.*\\)   ✔ ${success} succeeded`).test(said);
}

/** The jobs of a soak that succeed, and those that fail. */
function expectedCounts(
  jobs: number,
): { readonly success: number; readonly failed: number } {
  let failed = 0;
  for (let i = 1; i <= jobs; i++) {
    const [, command] = KINDS.find(([every]) => i % every === 0)!;
    if (command.startsWith("exit") || command.startsWith("kill")) failed++;
  }
  return { success: jobs - failed, failed };
}

/** How much everything grew after the first fifth. */
export function growth(samples: readonly Sample[]): Growth[] {
  const fifth = Math.ceil(samples.length / 5);
  const most = (part: readonly Sample[], what: keyof typeof ALLOWED) =>
    Math.max(...part.map((sample) => sample[what]));
  return (["openFiles", "zombies", "residentMb"] as const).map((what) => ({
    what,
    early: most(samples.slice(fifth, 2 * fifth), what),
    late: most(samples.slice(-fifth), what),
    allowed: ALLOWED[what],
  }));
}

/** What went up by more than it may. */
export function leaks(samples: readonly Sample[]): Growth[] {
  return growth(samples).filter(({ early, late, allowed }) => !(late - early <= allowed));
}

/** What is seen of a process now; `null` where it has ended. */
function look(pid: number, seconds: number): Sample | null {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    if (kilobytes === undefined) return null;
    const openFiles = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
    const residentMb = Math.round(Number(kilobytes) / 1024);
    return { seconds, openFiles, zombies: zombiesOf(pid), residentMb };
  } catch {
    return null;
  }
}

function zombiesOf(parent: number): number {
  const isZombie = (pid: string) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      const [state, above] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && above === String(parent);
    } catch {
      return false;
    }
  };
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name) && isZombie(name))
    .length;
}

async function main(): Promise<void> {
  const jobs = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 20_000);
  const allowAll = Deno.args.includes("--allow-all");
  const folder = await Deno.makeTempDir({ prefix: "orch-soak-" });
  const done = await soak({ jobs, parallel: 8, everyMs: 500, allowAll }, folder);
  await Deno.remove(folder, { recursive: true });
  const { samples, seconds, stderr } = done;
  const step = Math.max(1, Math.floor(samples.length / 20));
  say(["seconds", "open files", "zombies", "resident MB"]);
  say(["------:", "---------:", "------:", "----------:"]);
  for (let i = 0; i < samples.length; i += step) {
    const { seconds, openFiles, zombies, residentMb } = samples[i]!;
    say([seconds.toFixed(1), openFiles, zombies, residentMb]);
  }
  say([`${jobs} jobs in ${seconds.toFixed(1)} s`]);
  const problems = leaks(samples).map(({ what, early, late }) => `${what}: ${early} -> ${late}`);
  if (!endedAsMeant(done, jobs)) {
    problems.push(
      `ended with ${done.code}, expected ${JSON.stringify(expectedCounts(jobs))}: ${stderr}`,
    );
  }
  for (const problem of problems) say([`error: ${problem}`]);
  if (problems.length > 0) Deno.exitCode = 1;
  else say(["nothing grew after the first fifth"]);
}

function say(cells: readonly (string | number)[]): void {
  const line = cells.length === 1
    ? cells[0]!
    : `| ${cells.map((cell) => `${cell}`.padStart(11)).join(" | ")} |`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await main();
