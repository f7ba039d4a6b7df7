/** Jobs without a shell: the pool itself, and the whole program under narrow permissions. */
import { DirectPool } from "../../lib/runtime/direct_pool.ts";
import type { Launch } from "../../lib/runtime/world.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { type Finished, newProject, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { howOf, TestPool, until } from "../support/pool.ts";

const directPool = (maxLogBytes = 2 ** 28) => new TestPool({ maxLogBytes }, DirectPool);

/** A shell is only one more program here. */
const sh = (text: string): Launch => ({ kind: "program", program: "sh", args: ["-c", text] });

/** What is started, how it ends, and what it prints. */
const RUNS: readonly (readonly [string | Launch, how: string, stdout: string])[] = [
  ["echo hello world", "exit 0", "hello world\n"],
  ["  echo   a\tb  ", "exit 0", "a b\n"],
  ["true", "exit 0", ""],
  ["false", "exit 1", ""],
  ["pwd", "exit 0", "<folder>\n"],
  ["[ 1 = 1 ]", "not_started", ""],
  ["test 1 = 2", "exit 1", ""],
  ["printenv TEST", "exit 0", "1\n"],
  ["cat", "exit 0", ""],
  ["readlink /proc/self/fd/0", "exit 0", "/dev/null\n"],
  ["echo a; echo b", "not_started", ""],
  ["echo $HOME", "not_started", ""],
  ["cd /", "not_started", ""],
  ["no-such-program-here", "not_started", ""],
  ["/etc/passwd", "not_started", ""],
  ["/tmp", "not_started", ""],
  [sh("echo out; echo err >&2; exit 3"), "exit 3", "out\n"],
  [
    { kind: "program", program: "printf", args: ["<%s>", "a b", "$(x)", "'", ""] },
    "exit 0",
    "<a b><$(x)><'><>",
  ],
  [{ kind: "program", program: "echo", args: ["x".repeat(200_000)] }, "not_started", ""],
];

Deno.test("one program with plain arguments runs as in a shell, and all else is not started", async () => {
  await using pool = directPool();
  for (const [what, how, stdout] of RUNS) {
    const result = await pool.run(what);
    const label = JSON.stringify(what).slice(0, 80);
    assertEquals(
      [result.how, result.stdout],
      [how, stdout.replace("<folder>", pool.folder)],
      label,
    );
    if (result.end.kind === "not_started") assert(result.end.cause.length > 10, result.end.cause);
  }
});

Deno.test("what cannot be started says why", async () => {
  await using pool = directPool();
  const causes: Readonly<Record<string, RegExp>> = {
    "no-such-program-here": /no-such-program-here/,
    "/etc/passwd": /\/etc\/passwd.*[Pp]ermission denied/,
    "echo a | cat": /needs a shell/,
  };
  for (const [command, cause] of Object.entries(causes)) {
    const { end } = await pool.run(command);
    assert(end.kind === "not_started");
    assertMatch(end.cause, cause);
  }
  const { end } = await pool.run("true", { workingDirectory: "/no/such/folder" });
  assert(end.kind === "not_started");
  assertMatch(end.cause, /\/no\/such\/folder/);
});

Deno.test("every exit status and every signal is told", async () => {
  await using pool = directPool();
  const codes = [0, 1, 2, 126, 127, 128, 130, 137, 141, 143, 254, 255];
  const coded = await Promise.all(codes.map((code) => pool.run(sh(`exit ${code}`))));
  assertEquals(coded.map(({ how }) => how), codes.map((code) => `exit ${code}`));
  const signals = ["HUP", "INT", "QUIT", "ABRT", "KILL", "SEGV", "USR1", "PIPE", "ALRM", "TERM"];
  const ended = await Promise.all(
    signals.map((signal) => pool.run(sh(`ulimit -c 0; kill -${signal} $$; sleep 5`))),
  );
  assertEquals(ended.map(({ how }) => how), signals.map((signal) => `SIG${signal}`));
});

Deno.test("the record says that nothing contains the job and nothing holds it to limits", async () => {
  await using pool = directPool();
  const { end } = await pool.run("true", { memoryMb: 100, cpuPercent: 50 });
  assert(end.kind === "exited");
  assertEquals(end.process, { containment: "direct", memoryLimit: "none", cpuLimit: "none" });
  assertEquals(end.usage, { peakMemoryMb: null, cpuSeconds: null });
});

Deno.test("output of each stream is added to its own file, which is private", async () => {
  await using pool = directPool();
  const { stdout, stderr } = await pool.run(sh("seq 1 100000; seq 5 >&2; printf last"));
  assertEquals(stdout, `${Array.from({ length: 100_000 }, (_, i) => i + 1).join("\n")}\nlast`);
  assertEquals(stderr, "1\n2\n3\n4\n5\n");
  const { mode } = await Deno.stat(`${pool.folder}/j1.1.out`);
  assertEquals(mode! & 0o777, 0o600);
});

Deno.test("a flood of output is cut in the middle, while it goes on and at its end", async () => {
  await using pool = directPool(1_000_000);
  const job = pool.start(
    sh("echo first; head -c 80000000 /dev/zero | tr '\\0' x; : > flooded; exec sleep 60"),
  );
  await until(() => exists(`${pool.folder}/flooded`), "all is written");
  await until(
    () => (size(`${pool.folder}/j1.1.out`) ?? 0) <= 1_000_000,
    "it is cut while the job runs",
  );
  job.stop(true);
  const end = await job.ended;
  assert(end.kind === "signaled" && end.process.truncated === true, JSON.stringify(end));
  assertMatch(job.stdout(), /^first\nx+\n\[orch: \d+ bytes cut here\]\nx+$/);
  const short = await pool.run(sh("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo last"));
  assert(short.stdout.length < 1_000_000 && short.stdout.endsWith("xlast\n"));
});

/** Paths of logs that cannot be written. */
for (const path of ["/no/such/folder/log", "/dev/full", "/"]) {
  Deno.test(`a log that cannot be written (${path}) does not disturb the job`, async () => {
    await using pool = directPool();
    const job = pool.pool.start({
      launch: sh("seq 1 300000 && seq 1 300000 >&2 && exit 7"),
      workingDirectory: "/",
      environment: {},
      stdoutPath: path,
      stderrPath: path,
      attemptName: "a.1",
      memoryMb: null,
      cpuPercent: null,
    });
    assertEquals(howOf(await job.ended), "exit 7");
  });
}

Deno.test("a job ends with its leader, though a grandchild keeps its output open", async () => {
  await using pool = directPool();
  const { how, stdout } = await pool.run(sh("sleep 63 & echo $!; exit 4"));
  assertEquals(how, "exit 4");
  assert(Number(stdout) > 0, stdout);
  Deno.kill(Number(stdout), "SIGKILL");
});

Deno.test("a job that is asked to stop may clean up", async () => {
  await using pool = directPool();
  const job = pool.start(
    sh("trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.02; done"),
  );
  await until(() => job.stdout() === "ready\n", "it is ready");
  job.stop(false);
  assertEquals([howOf(await job.ended), job.stdout()], ["exit 5", "ready\ncleaned\n"]);
});

Deno.test("a job that ignores TERM ends by KILL, with its children", async () => {
  await using pool = directPool();
  const job = pool.start(sh("trap '' TERM; sleep 63 & echo $!; while :; do sleep 0.02; done"));
  await until(() => job.stdout() !== "", "it is ready");
  job.stop(false);
  job.stop(true);
  assertEquals(howOf(await job.ended), "SIGKILL");
  const child = Number(job.stdout());
  await until(() => stateOf(child) === null, "the child is gone");
});

Deno.test("a stopped job (SIGSTOP) hears TERM", async () => {
  await using pool = directPool();
  const job = pool.start(sh("trap 'exit 6' TERM; echo $$; kill -STOP $$; sleep 60"));
  await until(() => stateOf(Number(job.stdout())) === "T", "it is stopped");
  job.stop(false);
  assertEquals(howOf(await job.ended), "exit 6");
});

Deno.test("all jobs stand still, and go on", async () => {
  await using pool = directPool();
  const jobs = [1, 2].map(() => pool.start(sh("echo $$; exec sleep 63")));
  await until(() => jobs.every((job) => job.stdout() !== ""), "they run");
  const states = () => jobs.map((job) => stateOf(Number(job.stdout()))).join("");
  await pool.pool.freeze();
  await until(() => states() === "TT", "they are stopped");
  pool.pool.thaw();
  await until(() => states() === "SS", "they go on");
  for (const job of jobs) job.stop(true);
  await Promise.all(jobs.map(({ ended }) => ended));
});

Deno.test("a job that has ended is not signalled again, whoever has its number now", async () => {
  await using pool = directPool();
  const job = pool.start("true");
  await job.ended;
  const { kill } = Deno;
  const killed: number[] = [];
  Deno.kill = (pid) => void killed.push(pid);
  try {
    job.stop(false);
    job.stop(true);
    await pool.pool.freeze();
    pool.pool.thaw();
  } finally {
    Deno.kill = kill;
  }
  assertEquals(killed, []);
});

/** Runs orch with `deno run` and these permissions beside those to files and variables. */
async function orchWith(
  permissions: readonly string[],
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<
  Finished & { readonly folder: readonly string[]; readonly log: (id: string) => string }
> {
  const project = newProject(files);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-read", "--allow-write", "--allow-env", ...permissions],
      ...[`${ROOT}/main.ts`, "run", "w.yaml", "-o", "r.json"],
    ],
    cwd: project.folder,
    env: { ...env, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const folder = project.list(".");
  const jobs = folder.includes("r.json") ? project.json("r.json").jobs : {};
  await project[Symbol.asyncDispose]();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    folder,
    log: (id) => jobs[id]?.stdout ?? "",
  };
}

const NARROW = "--allow-run=echo,ls,sleep";

Deno.test("with --allow-run=echo,ls,sleep plain commands run", async () => {
  const { code, stderr, log } = await orchWith([NARROW], {
    "w.yaml": workflow(
      { id: "says", command: "echo one two" },
      { id: "lists", command: "ls w.yaml", dependencies: ["says"] },
      { id: "waits", command: "sleep 0.05" },
      { id: "slow", command: "sleep 60", timeout: 0.2 },
    ),
  });
  assertEquals([code, log("says"), log("lists")], [1, "one two\n", "w.yaml\n"], stderr);
  assertMatch(stderr, /✔ 3 succeeded/);
  assertMatch(stderr, /slow .*timed out after 0\.2 seconds/);
});

Deno.test("with --allow-run=echo,ls,sleep what cannot run is refused before anything starts", async () => {
  const { code, stdout, stderr, folder } = await orchWith([NARROW], {
    "w.yaml": workflow(
      { id: "says", command: "echo one > started" },
      { id: "plain", command: "echo fine" },
      { id: "piped", command: "echo one | cat" },
      { id: "other", command: "cat w.yaml" },
      { id: "snake", job_type: "python", command: "print(1)" },
      { id: "script", job_type: "script", script_path: "s.sh" },
    ),
    "s.sh": "true",
  });
  assertEquals([code, stdout, folder], [2, "", ["s.sh", "w.yaml"]], stderr);
  const wanted = [...stderr.matchAll(/\[E311\]: Job '(\w+)'[^]*?add (--allow-run=[\w.-]+)/g)];
  assertEquals(wanted.map(([, id, flag]) => `${id} ${flag}`), [
    "says --allow-run=sh",
    "piped --allow-run=sh",
    "other --allow-run=cat",
    "snake --allow-run=python3",
    `script --allow-run=${/script'.*?allow-run=(\w+)/s.exec(stderr)?.[1]}`,
  ]);
  assertMatch(stderr, /5 problems in w\.yaml; nothing was started/);
});

testNeeding(["python3"], "with --allow-run=sh alone everything runs", async () => {
  const { code, stderr, log } = await orchWith(["--allow-run=sh"], {
    "w.yaml": workflow(
      { id: "plain", command: "uname -s" },
      { id: "piped", command: "echo one | tr o 0; kill -0 $$" },
      { id: "snake", job_type: "python", command: "print(1 + 1)" },
      { id: "script", job_type: "script", script_path: "s.sh" },
      { id: "slow", command: "setsid sleep 64 & sleep 64", timeout: 0.2 },
      { id: "leaves", command: "sleep 64 & echo left" },
    ),
    "s.sh": "#!/bin/sh\necho script\n",
  });
  assertEquals(["plain", "piped", "snake", "script", "leaves"].map(log), [
    ...["Linux\n", "0ne\n", "2\n", "script\n", "left\n"],
  ], stderr);
  assertEquals(code, 1);
  assertMatch(stderr, /slow .*timed out after 0\.2 seconds/);
});

Deno.test("without any permission to run, the flag to add is named", async () => {
  const files = { "w.yaml": workflow({ id: "a", command: "make all" }) };
  const { code, stderr } = await orchWith([], files);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "add --allow-run=make");
});

Deno.test("a variable that Deno lets no program have is named when a job cannot start for it", async () => {
  const files = { "w.yaml": workflow({ id: "a", command: "echo hello" }) };
  const { code, stderr } = await orchWith([NARROW], files, { LD_LIBRARY_PATH: "/nowhere" });
  assertEquals(code, 1);
  assertMatch(stderr, /a FAILED · could not be started: .*LD_LIBRARY_PATH/);
});

function exists(path: string): boolean {
  return size(path) !== null;
}

function size(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch {
    return null;
  }
}

/** The letter for what a process does; `null` where it has ended. */
function stateOf(pid: number): string | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const state = stat.charAt(stat.lastIndexOf(")") + 2);
    return state === "Z" || state === "X" ? null : state;
  } catch {
    return null;
  }
}
