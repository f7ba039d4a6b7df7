/**
 * A program: makes hostile state directories from seeds, or lets every command loose on each of them, in
 * its own process, so that who started it can watch what that process opens and end it when it hangs. For
 * each directory it prints a line of JSON with all that went wrong.
 *
 *     hostile_driver.ts make|try FOLDER FIRST_SEED COUNT
 */
import { runCli } from "../../lib/cli/mod.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { Captured } from "./captured.ts";
import { HOSTILE_RUNS, makeHostile } from "./hostile_state.ts";

/** What was found out about one directory. */
export interface HostileReport {
  readonly seed: number;
  readonly done: readonly string[];
  readonly commands: number;
  readonly slowestMs: number;
  /** The most memory that the process has had so far. */
  readonly peakMiB: number;
  readonly faults: readonly string[];
}

const [OLD, , LAST] = HOSTILE_RUNS;

/** Commands that only look, and may change nothing. */
const LOOKS: readonly string[] = [
  ...["validate w.yaml", "analyze w.yaml", "permissions w.yaml", "doctor", "run w.yaml --dry-run"],
  ...[`show ${LAST}`, `show ${OLD} --json`, "show last", `logs ${LAST}`, `logs ${OLD} a --follow`],
  ...[`why ${LAST} a`, `why ${OLD} b`, `events ${LAST}`, `events ${OLD} --json`],
  ...[`__complete -- logs ${LAST} `, "__complete -- show ", "__complete -- history --job "],
  ...[`resume ${LAST} --adopt --dry-run`, "clean --keep 0 --dry-run"],
];
/** Commands that keep the index. */
const LISTS: readonly string[] = ["history", "history --json", "history --job a"];
const WRITES: readonly string[] = [
  ...[
    "run w.yaml",
    `rerun ${LAST} --adopt --failed`,
    `resume ${HOSTILE_RUNS[1]} --adopt`,
    "resume",
  ],
  ...["history rebuild", "clean --keep 1"],
];

/** What commands may change, in the folder of a project. */
const BESIDE = /^(\.orch|home)$/;
/** A command takes no longer, also where every call of the system is watched. */
const MOST_MS = 20_000;
// deno-lint-ignore no-control-regex -- control characters are what this is about
const HARMFUL = /[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e]|\x1b/;

/** What only looks does so on a terminal, where nothing harmful may arrive. */
async function orch(
  folder: string,
  line: string,
  { onTerminal }: { readonly onTerminal: boolean },
) {
  const [stdout, stderr] = [new Captured(onTerminal), new Captured(onTerminal)];
  const env = (name: string) => {
    if (name === "XDG_STATE_HOME") return `${folder}/home`;
    return name === "NO_COLOR" ? "1" : name.startsWith("ORCH_") ? undefined : Deno.env.get(name);
  };
  const world = { ...realWorld(), stdout, stderr, cwd: () => folder, env };
  Deno.chdir(folder);
  const began = performance.now();
  const code = await runCli(line.split(" "), world);
  return { code, stdout: stdout.text, stderr: stderr.text, ms: performance.now() - began };
}

/** All that is in a folder, by what would change with it; links are not followed. */
function snapshot(path: string, without = /^$/): string[] {
  const facts = Deno.lstatSync(path);
  const { mode, uid, size, ino, mtime, isSymlink, isDirectory } = facts;
  // A folder changes with what comes into it and goes; that is noted itself.
  const what = isDirectory ? "" : `${size} ${ino} ${mtime?.getTime()}`;
  const own = [`${path} ${mode} ${uid} ${what} ${isSymlink ? Deno.readLinkSync(path) : ""}`];
  if (!isDirectory) return own;
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) =>
    !without.test(name)
  );
  return [...own, ...names.sort().flatMap((name) => snapshot(`${path}/${name}`, without))];
}

function differences(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [...before.filter((one) => !now.has(one)), ...after.filter((one) => !old.has(one))];
}

async function tryAll(folder: string, seed: number): Promise<HostileReport> {
  const done: string[] = JSON.parse(await Deno.readTextFile(`${folder}/${DONE}`));
  const faults: string[] = [];
  let slowestMs = 0;
  const all = [...LOOKS, ...LISTS, ...WRITES];
  const outside = snapshot(folder, BESIDE);
  for (const line of all) {
    const mayChange = LOOKS.includes(line) ? /^$/ : LISTS.includes(line) ? /^history\.db/ : null;
    const before = mayChange && snapshot(`${folder}/.orch`, mayChange);
    const { code, stdout, stderr, ms } = await orch(folder, line, {
      onTerminal: mayChange !== null,
    });
    slowestMs = Math.max(slowestMs, ms);
    const fault = (what: string) =>
      faults.push(`${line}: ${what} (exit ${code})\n${stderr.slice(0, 600)}`);
    if (/bug in orch|\bat .*\.ts:\d/.test(stderr + stdout)) fault("a bug of ours");
    if (code > 3) fault("no such exit code");
    if (ms > MOST_MS) fault(`took ${ms.toFixed(0)} ms`);
    if (HARMFUL.test(stderr)) fault("control characters on standard error");
    if (HARMFUL.test(stdout)) {
      fault(`control characters in ${JSON.stringify(stdout.slice(0, 400))}`);
    }
    const changed = before && mayChange
      ? differences(before, snapshot(`${folder}/.orch`, mayChange))
      : [];
    if (changed.length > 0) fault(`changed ${changed.join("\n")}`);
  }
  const changed = differences(outside, snapshot(folder, BESIDE));
  if (changed.length > 0) faults.push(`outside of .orch changed:\n${changed.join("\n")}`);
  return { seed, done, commands: all.length, slowestMs, peakMiB: peakMiB(), faults };
}

function peakMiB(): number {
  const text = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
}

const DONE = "done.json";

async function main([what, root, first, count]: readonly string[]): Promise<void> {
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const folder = `${root}/${seed}`;
    if (what === "make") {
      await Deno.mkdir(folder);
      // Every other one has come from elsewhere.
      Deno.env.set("XDG_STATE_HOME", seed % 2 === 0 ? `${folder}/home` : `${root}/elsewhere`);
      const done = await makeHostile(folder, seed);
      await Deno.writeTextFile(`${folder}/${DONE}`, JSON.stringify(done));
    } else {
      const report = await tryAll(folder, seed);
      // deno-lint-ignore no-console -- this is what it says to who started it
      console.log(JSON.stringify(report));
    }
  }
}

if (import.meta.main) await main(Deno.args);
