/** Families of real processes for a reaper to guard, and a program that can be killed as orch can. */
import { assertEquals } from "./assert.ts";
import { ROOT } from "./cli.ts";
import { until } from "./pool.ts";
import { lifeMark } from "../../lib/runtime/kernel/cookie.ts";
import { Reaper } from "../../lib/runtime/reaper/reaper.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";

/** How a program says that it ignores TERM, how that it ends by it in order, and how nothing of it. */
export const IGNORES = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
export const TIDY = "trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
export const PLAIN = "echo ready; exec sleep 60";

/** What no other reaper has. */
export function newCookie(): string {
  return `test-${crypto.randomUUID()}`;
}

/** A reaper of this process. */
export function newReaper(cookie: string, graceMs: number): Reaper {
  const { clock } = realWorld();
  return new Reaper({ clock, cookie, mark: lifeMark(cookie, ""), graceMs, cgroup: null });
}

/** A process of a family. */
export interface Member {
  readonly pid: number;
  readonly group: number;
  readonly state: string;
  readonly startTime: number;
}

/** A shell in a session of its own, with all it starts. Leaving the scope kills them. */
export class Family implements AsyncDisposable {
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
  alive(): readonly Member[] {
    return processIds().flatMap((pid) => {
      const fields = statOf(pid);
      const [state = "Z", , group] = fields;
      if (/^[ZX]$/.test(state) || !read(`/proc/${pid}/environ`).split("\0").includes(this.#mark)) {
        return [];
      }
      return [{ pid, group: Number(group), state, startTime: Number(fields[19]) }];
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

/** What the reaper of a program gets to know. */
export interface OrchOptions {
  readonly graceMs: number;
  readonly cgroup?: string;
}

/** A program of its own with a reaper, which can be killed as orch can. */
export class OrchAlike implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #dead = false;

  private constructor(cookie: string, options: OrchOptions) {
    const known = { cookie, mark: lifeMark(cookie, ""), cgroup: null, ...options };
    const text = `
      import { Reaper } from "file://${ROOT}/lib/runtime/reaper/reaper.ts";
      import { realWorld } from "file://${ROOT}/lib/runtime/real_world.ts";
      const { clock } = realWorld();
      const reaper = new Reaper({ clock, ...${JSON.stringify(known)} });
      for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
        for (const [op, group] of JSON.parse(line)) reaper[op](group);
        // Whom it does not guard it does not signal, but it answers.
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

  /** Starts it and tells its reaper of groups. */
  static async start(
    cookie: string,
    groups: readonly number[],
    options: OrchOptions,
  ): Promise<OrchAlike> {
    const orch = new OrchAlike(cookie, options);
    await orch.#tell(groups.map((group) => ["add", group]));
    return orch;
  }

  /** Tells its reaper that the leaders of groups have ended. */
  async orphan(...groups: readonly number[]): Promise<void> {
    await this.#tell(groups.map((group) => ["orphan", group]));
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

/** What stands among the arguments of every reaper. */
export const REAPER_WORDS = 'eval "$GUARD"';

/** The living first reapers with this cookie, or with one that matches. */
export function reapers(cookie: string | RegExp): number[] {
  return processIds().filter((pid) => {
    const words = read(`/proc/${pid}/cmdline`).split("\0");
    return words.includes(REAPER_WORDS) && words.includes("first") && words.some((word) =>
      typeof cookie === "string" ? word === cookie : cookie.test(word)
    ) && isAlive(pid);
  });
}

/** Whether there is such a process, zombies aside. */
export function isAlive(pid: number): boolean {
  return !/^[ZX]$/.test(statOf(pid)[0] ?? "Z");
}

/** Numbers of the living processes of a group. */
export function groupMembers(group: number): number[] {
  return processIds().filter((pid) => isAlive(pid) && statOf(pid)[2] === String(group));
}

/** The fields of /proc/pid/stat from the third on: state, parent, group. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export function processIds(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

export function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
