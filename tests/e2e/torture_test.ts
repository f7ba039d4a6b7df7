/**
 * Runs of jobs that hide, in which orch, its reapers and its slots are killed at random moments, alone and
 * together, as root and as an ordinary user: nothing of them is left.
 */
import { newBundle } from "../build/bundled.ts";
import { isAlive } from "../support/families.ts";
import {
  guardsOf,
  HIDING,
  HIDING_PROGRAMS,
  newTag,
  shellFolder,
  tagged,
} from "../support/hiding.ts";
import { type Shell, SHELLS } from "../support/hiding.ts";
import { assertEquals } from "../support/assert.ts";
import { eventually, newProject, type Project, testNeeding, workflow } from "../support/cli.ts";
import { Dice } from "../support/random.ts";

/** More is for a machine with time. */
const TIMES = Deno.env.has("ORCH_KILL_TIMES") ? 300 : 10;
const JOBS = 5;
/** A user with no rights, whom nobody else uses. */
const USER = 54_322;
/** From the kill to the end of all, the grace included. */
const MS_MAX = 6_000;

/** Who runs it, with which shell, and what is killed. */
interface Round {
  readonly user: number;
  readonly shell: Shell;
  readonly kinds: readonly string[];
  readonly own: boolean;
  /** Of orch, the first reaper, the second and the third. One of them has to live. */
  readonly killed: readonly boolean[];
  readonly slots: boolean;
  readonly waitMs: number;
}

function roundOf(dice: Dice, time: number): Round {
  const killed = [true, false, false, false].map((always) => always || dice.chance(0.5));
  if (killed.every(Boolean)) killed[dice.between(1, 3)] = false;
  // And sometimes all but orch, which goes on and is stopped.
  if (dice.chance(0.15)) killed[0] = false;
  return {
    user: time % 2 === 0 && Deno.uid() === 0 ? USER : Deno.uid()!,
    shell: SHELLS[time % SHELLS.length]!,
    kinds: Array.from({ length: JOBS }, () => dice.pick(Object.keys(HIDING))),
    own: dice.chance(0.3),
    killed,
    slots: dice.chance(0.3),
    waitMs: dice.between(0, 400),
  };
}

/** Starts orch from a bundle, which another user may read. */
function start(project: Project, round: Round, bundle: string) {
  const path = `${shellFolder(round.shell, project.folder)}:${Deno.env.get("PATH")}`;
  const orch = [Deno.execPath(), "run", "--allow-all", "--no-config", bundle];
  const run = ["run", "w.yaml", "-c", String(JOBS), "--grace", "0.3", "--no-live"];
  const identity = [`--reuid=${round.user}`, `--regid=${round.user}`, "--clear-groups"];
  const words = round.user === Deno.uid() ? orch : ["setpriv", ...identity, ...orch];
  const env = { PATH: path, HOME: project.folder, DENO_DIR: `${project.folder}/deno` };
  return project.spawnProgram([...words, ...run], { env });
}

/** Kills what a round says, as nearly at once as can be. */
function killAll(pids: readonly (number | undefined)[]): void {
  for (const pid of pids) {
    try {
      if (pid !== undefined) Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

async function play(round: Round, bundle: string): Promise<void> {
  const tag = newTag();
  const jobs = round.kinds.map((kind, i) => ({
    id: `j${i}`,
    command: HIDING[kind]!.replaceAll("TAG", tag),
    ...round.own && i === 0 && { processes: "own" },
  }));
  await using project = newProject({ "w.yaml": workflow(...jobs) });
  for (const name of [".", "w.yaml"]) await Deno.chmod(project.path(name), 0o777);
  if (round.user !== Deno.uid()) await Deno.chown(project.folder, round.user, round.user);
  const run = start(project, round, bundle);
  await run.stderr.waitFor(/start {5}j4/);
  const [, id] = /\(run (\S+)\)/.exec(run.stderr.text)!;
  await eventually(() => guardsOf(id!).guards.length === 3, "all three reapers");
  await new Promise((resolve) => setTimeout(resolve, round.waitMs));
  const { guards, slots } = guardsOf(id!);
  const all = [run.pid!, ...guards];
  killAll([...all.filter((_, i) => round.killed[i]), ...round.slots ? slots : []]);
  if (!round.killed[0]) run.signal("SIGINT");
  await run.finished;
  const giveUpAt = Date.now() + MS_MAX;
  const left = () => [...tagged(tag), ...guardsOf(id!).guards.filter(isAlive)];
  while (left().length > 0 && Date.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const lines = left().map((pid) => `${pid} ${commandOf(pid)}`);
  killAll(left());
  assertEquals(lines, [], JSON.stringify(round));
  await eventually(() => project.processes().length === 0, "what a killed reaper slept by");
}

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
  } catch {
    return "";
  }
}

testNeeding(
  [...HIDING_PROGRAMS, ...SHELLS, "setpriv", "unshare"],
  `${TIMES} times orch, its reapers and slots are killed in all ways but one, and nothing is left`,
  async () => {
    const seed = Number(Deno.env.get("ORCH_TORTURE_SEED") ?? 1);
    const dice = new Dice(seed);
    await using bundle = await newBundle();
    await Deno.chmod(bundle.path.slice(0, bundle.path.lastIndexOf("/")), 0o755);
    const failures: string[] = [];
    for (let time = 0; time < TIMES; time++) {
      const round = roundOf(dice, time);
      await play(round, bundle.path).catch((error) => failures.push(`${time}: ${error.message}`));
    }
    assertEquals(failures, [], `seed ${seed}`);
  },
);
