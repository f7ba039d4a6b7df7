/** The reaper: what it stops once orch is dead, what it leaves alone, and that it cannot be got rid of. */
import { Reaper } from "../../lib/runtime/reaper.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ROOT } from "../support/cli.ts";
import { until } from "../support/pool.ts";

const GRACE_MS = 400;
/** How a program says that it ignores TERM, and how that it ends by it in order. */
const IGNORES = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
const TIDY = "trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
const PLAIN = "echo ready; exec sleep 60";

Deno.test("when orch dies, groups get TERM, and KILL after the grace, not before", async () => {
  const cookie = newCookie();
  await using tidy = await Family.start(TIDY);
  await using plain = await Family.start(PLAIN);
  await using stubborn = await Family.start(IGNORES);
  await using frozen = await Family.start(
    "trap 'exit 6' TERM; echo ready; kill -STOP $$; sleep 60",
  );
  await using children = await Family.start("sleep 60 & (sleep 60 & sleep 60) & echo ready; wait");
  const groups = [tidy, plain, stubborn, frozen, children].map(({ group }) => group);
  await using orch = await OrchAlike.start(cookie, groups);
  const killedAt = performance.now();
  orch.die();
  assertEquals([await tidy.end(), tidy.output], ["exit 5", "ready\ncleaned\n"]);
  assertEquals([await plain.end(), await frozen.end()], ["SIGTERM", "exit 6"]);
  assert(
    performance.now() - killedAt < GRACE_MS,
    "what ends by TERM ends before the grace is over",
  );
  assertEquals(await stubborn.end(), "SIGKILL");
  const waited = performance.now() - killedAt;
  assert(waited >= GRACE_MS - 100 && waited < GRACE_MS + 1_000, `KILL after ${waited} ms`);
  await until(() => children.alive().length === 0, "children and grandchildren are gone");
  await until(() => reapers(cookie).length === 0, "the reaper itself is gone");
});

Deno.test("nothing is waited for once all groups have ended", async () => {
  const cookie = newCookie();
  await using plain = await Family.start(PLAIN);
  await using orch = await OrchAlike.start(cookie, [plain.group], 60_000);
  orch.die();
  assertEquals(await plain.end(), "SIGTERM");
  await until(() => reapers(cookie).length === 0, "the reaper is gone long before the grace is");
});

Deno.test("groups that were removed are left alone: their numbers may be a stranger's", async () => {
  const cookie = newCookie();
  await using listed = await Family.start(IGNORES);
  await using first = await Family.start(PLAIN);
  await using middle = await Family.start(PLAIN);
  await using last = await Family.start(PLAIN);
  const groups = [first, listed, middle, last].map(({ group }) => group);
  const removed = [first, last, middle].map(({ group }) => group);
  await using orch = await OrchAlike.start(cookie, groups, GRACE_MS, removed);
  orch.die();
  assertEquals(await listed.end(), "SIGKILL");
  await until(() => reapers(cookie).length === 0, "the reaper has done its work");
  assertEquals([first, middle, last].map(({ ended }) => ended), [null, null, null]);
  for (const { group } of [first, middle, last]) assert(isAlive(group), `${group} lives on`);
});

Deno.test("a reaper that is closed stops what is left in its groups, and no more than that", async () => {
  const cookie = newCookie();
  const environment = { ORCH_COOKIE: `${cookie}.job.1` };
  await using tidy = await Family.start(TIDY, environment);
  await using stubborn = await Family.start(IGNORES, environment);
  await using removed = await Family.start(PLAIN, environment);
  await using daemon = await Family.start(`setsid sleep 61 >/dev/null & ${PLAIN}`, environment);
  await until(() => daemon.alive().length === 2, "the daemon runs");
  const reaper = new Reaper({ cookie, graceMs: 60_000, cgroup: null });
  for (const { group } of [tidy, removed, stubborn, daemon]) reaper.add(group);
  reaper.remove(removed.group);
  await reaper.close();
  assertEquals(reapers(cookie), []);
  assertEquals([await tidy.end(), await stubborn.end()], ["exit 5", "SIGKILL"]);
  assertEquals([removed.ended, isAlive(removed.group)], [null, true]);
  assertEquals([await daemon.end(), daemon.alive().length], ["SIGTERM", 1], "left on purpose");
});

/** How a daemon gets away from the group of its job. */
const DAEMONS: Readonly<Record<string, string>> = {
  "setsid": "setsid sleep 61 &",
  "setsid, ignoring TERM": "setsid sh -c 'trap \"\" TERM; sleep 61; sleep 61' &",
  "a double fork": "{ setsid setsid sleep 61 & } ;",
};

for (const [name, command] of Object.entries(DAEMONS)) {
  Deno.test(`when orch dies, a daemon that left its group by ${name} is found by its cookie`, async () => {
    const cookie = newCookie();
    const start = `${command} echo ready; exec sleep 60`;
    await using job = await Family.start(start, { ORCH_COOKIE: `${cookie}.job.1` });
    await using stranger = await Family.start(start, { ORCH_COOKIE: `${newCookie()}.job.1` });
    const outside = (family: Family) =>
      family.alive().filter(({ group }) => group !== family.group);
    await until(() => outside(job).length > 0 && outside(stranger).length > 0, "both daemons run");
    await using orch = await OrchAlike.start(cookie, [job.group]);
    orch.die();
    await until(() => job.alive().length === 0, "all of the job is gone");
    await until(() => reapers(cookie).length === 0, "the reaper is gone");
    assert(outside(stranger).length > 0 && isAlive(stranger.group), "another run's lives on");
  });
}

Deno.test("a reaper that is killed is replaced, and the new one knows what the old one knew", async () => {
  const cookie = newCookie();
  await using stubborn = await Family.start(IGNORES);
  await using removed = await Family.start(PLAIN);
  const groups = [stubborn.group, removed.group];
  await using orch = await OrchAlike.start(cookie, groups, GRACE_MS, [removed.group]);
  const openFiles = orch.openFiles();
  for (let time = 0; time < 3; time++) {
    const [old] = reapers(cookie);
    Deno.kill(old!, "SIGKILL");
    await until(() => reapers(cookie).some((pid) => pid !== old), "another reaper");
    assertEquals([stubborn.ended, reapers(cookie).length], [null, 1]);
  }
  await orch.sync();
  assertEquals(orch.openFiles(), openFiles, "nothing of the dead ones is left");
  orch.die();
  assertEquals(await stubborn.end(), "SIGKILL");
  await until(() => reapers(cookie).length === 0, "the reaper is gone");
  assertEquals(removed.ended, null);
});

Deno.test("a reaper that cannot be replaced at once is replaced as soon as it can be", async () => {
  const cookie = newCookie();
  await using first = await Family.start(PLAIN);
  await using second = await Family.start(PLAIN);
  const reaper = new Reaper({ cookie, graceMs: 0, cgroup: null });
  reaper.add(first.group);
  await reaper.signal("TERM", first.group);
  await first.end();
  const path = Deno.env.get("PATH")!;
  // As if the machine could not start programs.
  Deno.env.set("PATH", "/nowhere");
  try {
    Deno.kill(reapers(cookie)[0]!, "SIGKILL");
    await until(() => reapers(cookie).length === 0, "the reaper is dead");
    await new Promise((resolve) => setTimeout(resolve, 50));
    reaper.add(second.group);
    assertEquals(reapers(cookie), []);
  } finally {
    Deno.env.set("PATH", path);
  }
  await until(() => reapers(cookie).length === 1, "another one");
  await reaper.signal("TERM", second.group);
  assertEquals(await second.end(), "SIGTERM");
  await reaper.close();
  assertEquals(reapers(cookie), []);
});

Deno.test("a reaper does not end by what ends programs", async () => {
  const cookie = newCookie();
  const reaper = new Reaper({ cookie, graceMs: 0, cgroup: null });
  // It says with its first deed that it has begun to ignore signals.
  await using first = await Family.start(PLAIN);
  await reaper.signal("KILL", first.group);
  assertEquals(await first.end(), "SIGKILL");
  const [pid] = reapers(cookie);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGPIPE"] as const) {
    Deno.kill(pid!, signal);
  }
  await using second = await Family.start(PLAIN);
  await reaper.signal("KILL", second.group);
  assertEquals(await second.end(), "SIGKILL");
  assertEquals(reapers(cookie), [pid!]);
  await reaper.close();
});

Deno.test("signals arrive at the whole group, or at one process, in the order they were sent", async () => {
  const cookie = newCookie();
  const reaper = new Reaper({ cookie, graceMs: 0, cgroup: null });
  await using family = await Family.start("sleep 60 & echo ready; wait");
  const states = () => family.alive().map(({ state }) => state).join("");
  await until(() => family.alive().length === 2, "both processes run");
  await reaper.signal("STOP", family.group);
  await until(() => states() === "TT", "both are stopped");
  await reaper.signal("CONT", family.group);
  await until(() => states() === "SS", "both go on");
  const child = family.alive().find(({ pid }) => pid !== family.group)!;
  reaper.signalProcess("TERM", child.pid);
  assertEquals(await family.end(), "exit 0");
  await using group = await Family.start(IGNORES);
  for (let time = 0; time < 20; time++) {
    reaper.signal("STOP", group.group);
    reaper.signal("CONT", group.group);
    reaper.signal("TERM", group.group);
  }
  assertEquals(group.ended, null);
  await reaper.signal("KILL", group.group);
  assertEquals(await group.end(), "SIGKILL");
  await reaper.close();
  assertEquals(reapers(cookie), []);
});

Deno.test("signals to what has ended do no harm", async () => {
  const cookie = newCookie();
  const reaper = new Reaper({ cookie, graceMs: 0, cgroup: null });
  await using gone = await Family.start("echo ready");
  await gone.end();
  await reaper.signal("KILL", gone.group);
  reaper.signalProcess("KILL", gone.group);
  reaper.remove(gone.group);
  reaper.remove(gone.group);
  await using family = await Family.start(PLAIN);
  await reaper.signal("TERM", family.group);
  assertEquals(await family.end(), "SIGTERM");
  await reaper.close();
  await reaper.signal("KILL", gone.group);
  assertEquals(reapers(cookie), []);
});

function newCookie(): string {
  return `test-${crypto.randomUUID()}`;
}

/** A shell in a session of its own, with all it starts. Leaving the scope kills them. */
class Family implements AsyncDisposable {
  readonly group: number;
  /** What it has printed. */
  output = "";
  /** How it ended; `null` while it lives. */
  ended: string | null = null;
  readonly #mark: string;
  readonly #end: Promise<void>;

  private constructor(text: string, environment: Readonly<Record<string, string>>) {
    const mark = crypto.randomUUID();
    const child = new Deno.Command("sh", {
      args: ["-c", text],
      env: { ...environment, REAPER_TEST: mark },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#mark = `REAPER_TEST=${mark}`;
    this.group = child.pid;
    const read = (async () => {
      for await (const bytes of child.stdout) this.output += new TextDecoder().decode(bytes);
    })();
    this.#end = Promise.all([child.status, read]).then(([{ signal, code }]) => {
      this.ended = signal ?? `exit ${code}`;
    });
  }

  /** Starts it and waits for its word `ready`. */
  static async start(text: string, environment = {}): Promise<Family> {
    const family = new Family(text, environment);
    await until(() => family.output.startsWith("ready"), `ready: ${text}`);
    return family;
  }

  /** Resolves with how it ended. */
  async end(): Promise<string> {
    await until(() => this.ended !== null, `${this.group} has ended`);
    return this.ended!;
  }

  /** Its processes that live now, wherever they went. */
  alive(): { readonly pid: number; readonly group: number; readonly state: string }[] {
    return processIds().flatMap((pid) => {
      const [state = "Z", , group] = statOf(pid);
      if (state === "Z" || !read(`/proc/${pid}/environ`).split("\0").includes(this.#mark)) {
        return [];
      }
      return [{ pid, group: Number(group), state }];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.alive()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    await this.#end;
  }
}

/** A program of its own with a reaper, which can be killed as orch can. */
class OrchAlike implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #dead = false;

  private constructor(cookie: string, graceMs: number) {
    const text = `
      import { Reaper } from "file://${ROOT}/lib/runtime/reaper.ts";
      const reaper = new Reaper({ cookie: "${cookie}", graceMs: ${graceMs}, cgroup: null });
      for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
        for (const [op, group] of JSON.parse(line)) reaper[op](group);
        await reaper.signal("CONT", Deno.pid);
        Deno.stdout.writeSync(new TextEncoder().encode("done"));
      }`;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["eval", text],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#answers = this.#child.stdout.getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  /** Starts it and tells its reaper of groups, and that some of them are gone. */
  static async start(
    cookie: string,
    groups: readonly number[],
    graceMs: number = GRACE_MS,
    removed: readonly number[] = [],
  ): Promise<OrchAlike> {
    const orch = new OrchAlike(cookie, graceMs);
    await orch.#tell([
      ...groups.map((group) => ["add", group]),
      ...removed.map((group) => ["remove", group]),
    ]);
    return orch;
  }

  /** Resolves when its reaper was told all there was to tell. */
  async sync(): Promise<void> {
    await this.#tell([]);
  }

  openFiles(): number {
    return [...Deno.readDirSync(`/proc/${this.#child.pid}/fd`)].length;
  }

  async #tell(lines: readonly (readonly (string | number)[])[]): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(lines)));
    const { value } = await this.#answers.read();
    assertEquals(new TextDecoder().decode(value), "done");
  }

  die(): void {
    this.#dead = true;
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#dead) this.die();
    await this.#child.status;
    await this.#answers.cancel();
    await this.#writer.close().catch(() => {});
  }
}

/** The living reapers with this cookie. */
function reapers(cookie: string): number[] {
  return processIds().filter((pid) => {
    const words = read(`/proc/${pid}/cmdline`).split("\0");
    return words.includes("orch-reaper") && words.includes(cookie) && isAlive(pid);
  });
}

function isAlive(pid: number): boolean {
  return (statOf(pid)[0] ?? "Z") !== "Z";
}

/** The fields of /proc/pid/stat from the third on: state, parent, group. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function processIds(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
