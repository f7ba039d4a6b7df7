/**
 * Every command on state directories as an enemy might leave them, two hundred in all, made from a seed: nothing
 * outside of them is opened or changed, nothing hangs or fills the memory, and no command breaks. Each
 * process that is let loose on them is watched by strace. The gate takes some; `.ci/run --long` all.
 */
import { assert, assertEquals } from "../support/assert.ts";
import { ROOT, testNeeding } from "../support/cli.ts";
import type { HostileReport } from "../support/hostile_driver.ts";

/** Directories, and how many a process has before the next one begins. */
const COUNT = Number(Deno.env.get("ORCH_HOSTILE_COUNT") ?? 12);
const FIRST = Number(Deno.env.get("ORCH_HOSTILE_SEED") ?? 1);
const BATCH = 25;
const BATCH_MS = 400_000;
/** What the whole process may need: a file of a terabyte among what it reads must not show. */
const MOST_MIB = 600;

const DRIVER = [
  ...["run", "--quiet", "--allow-all", "--config", `${ROOT}/deno.json`],
  `${ROOT}/tests/support/hostile_driver.ts`,
];
const WATCHED = "open,openat,openat2,creat,truncate,rename,renameat,renameat2,link,linkat," +
  "chmod,fchmodat,chown,fchownat";

async function drive(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(BATCH_MS),
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(success, `${said}\n${new TextDecoder().decode(stderr).slice(-2_000)}`);
  return said;
}

/** Lets all commands loose on these directories. */
async function tryBatch(root: string, first: number, count: number): Promise<HostileReport[]> {
  const which = [root, String(first), String(count)];
  await drive([Deno.execPath(), ...DRIVER, "make", ...which]);
  const watch = [
    "strace",
    "-ff",
    "-y",
    "-qq",
    "-e",
    `trace=${WATCHED}`,
    "-o",
    `${root}/trace.${first}`,
  ];
  const said = await drive([...watch, Deno.execPath(), ...DRIVER, "try", ...which]);
  return said.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Successful calls that opened something, by what it really is: `-y` prints where a descriptor leads. */
const OPENED = /^(?:open|openat|openat2|creat)\((.*)\) = \d+<([^>]*)>$/;
const WRITING = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^creat/;

/** What may be opened for writing: in the state of a project and its user, and what belongs to the machine. */
function mayWrite(path: string, root: string): boolean {
  if (path.startsWith(`${root}/`)) {
    return /^\d+\/(\.orch|home)(\/|$)/.test(path.slice(root.length + 1));
  }
  return /^(\/dev\/(null|tty|pts\/\d+)|\/sys\/fs\/cgroup\/|\/proc\/|pipe:|\/.*\.cache\/deno\/)/
    .test(path);
}

/** Opened files that nothing of orch should have opened, and how. */
function forbiddenIn(trace: string, root: string): string[] {
  return trace.split("\n").filter((line) => {
    const [, options = "", path = ""] = OPENED.exec(line) ?? [];
    if (path === "") return false;
    if (WRITING.test(options)) return !mayWrite(path, root);
    if (/^\/dev\/(zero|full)$|^\/etc\/hostname$|\/proc\/self\/mem$/.test(path)) {
      return options.includes(".orch");
    }
    // The folder itself is listed by who watches it.
    return /^\d+\/outside\//.test(path.slice(root.length + 1)) && !options.includes("O_DIRECTORY");
  });
}

testNeeding(
  ["strace", "mkfifo", "mknod"],
  `no command follows, opens or changes what ${COUNT} hostile state directories lead to`,
  async () => {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "orch-hostile-" }));
    try {
      const reports: HostileReport[] = [];
      for (let first = FIRST; first < FIRST + COUNT; first += BATCH) {
        const count = Math.min(BATCH, FIRST + COUNT - first);
        reports.push(...await tryBatch(root, first, count));
      }
      const faults = reports.flatMap(({ seed, done, faults }) =>
        faults.map((fault) => `seed ${seed} (${done.join(", ")}):\n${fault}`)
      );
      const traces = (await Array.fromAsync(Deno.readDir(root)))
        .filter(({ name }) => name.startsWith("trace."));
      let locks = 0;
      for (const { name } of traces) {
        const trace = await Deno.readTextFile(`${root}/${name}`);
        faults.push(...forbiddenIn(trace, root).map((line) => `opened: ${line}`));
        locks += trace.split("\n").filter((line) =>
          OPENED.exec(line)?.[2]?.endsWith("/run.lock")
        ).length;
      }
      assertEquals(reports.length, COUNT);
      assert(locks >= COUNT, `${locks} locks were seen: is somebody watching?`);
      assertEquals(faults, [], faults.slice(0, 10).join("\n\n"));
      const peak = Math.max(...reports.map(({ peakMiB }) => peakMiB));
      assert(peak < MOST_MIB, `${peak.toFixed(0)} MiB`);
      const commands = reports.reduce((sum, { commands }) => sum + commands, 0);
      const slowest = Math.max(...reports.map(({ slowestMs }) => slowestMs));
      // deno-lint-ignore no-console -- a long campaign says what it came to
      if (COUNT > BATCH) console.log(figures(COUNT, commands, { slowest, peak }));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

function figures(
  directories: number,
  commands: number,
  { slowest, peak }: { readonly slowest: number; readonly peak: number },
): string {
  return `${directories} directories, ${commands} commands, the slowest ${slowest.toFixed(0)} ms, ${
    peak.toFixed(0)
  } MiB at most`;
}
