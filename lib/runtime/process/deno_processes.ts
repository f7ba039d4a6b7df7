/** How jobs become processes on this system, and the short programs that orch asks things of. */
import { RunCgroup } from "../kernel/cgroup.ts";
import type { CgroupProblem } from "../../core/base/cgroup_problem.ts";
import type { NamespaceLack } from "../../core/base/namespace_lack.ts";
import { findNamespace, isNamespace } from "../kernel/namespace.ts";
import { isGranted } from "../port/permissions.ts";
import { within } from "../port/waiting.ts";
import type { Clock, Enforcement, PoolOptions, Processes, ProcessPool } from "../port/world.ts";

/** A program that has not answered by then is ended, and its answer is not known: its disk may not be there. */
const QUERY_MS_MAX = 10_000;

/** Processes by `Deno.Command`. */
export class DenoProcesses implements Processes {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Nothing is started before the first process is: a workflow of requests needs no shell. */
  async open(options: PoolOptions): Promise<ProcessPool> {
    const newPool = await this.#loadPool();
    let pool: ProcessPool | null = null;
    return {
      start: (spec) => (pool ??= newPool(this.#clock, options)).start(spec),
      usageOf: (attemptName) => pool?.usageOf(attemptName) ?? null,
      freeze: async () => await pool?.freeze(),
      thaw: () => pool?.thaw(),
      close: async () => await pool?.close(),
    };
  }

  /** Loads the code of the one kind of pool that can be used here. */
  async #loadPool(): Promise<(clock: Clock, options: PoolOptions) => ProcessPool> {
    if (this.hasShell()) {
      const { SlotPool } = await import("./slot_pool.ts");
      return (clock, options) => new SlotPool(clock, options);
    }
    const { DirectPool } = await import("./direct_pool.ts");
    return (clock, options) => new DirectPool(clock, options);
  }

  hasShell(): boolean {
    return Deno.build.os !== "windows" && this.mayRun("sh");
  }

  enforcement(): Enforcement {
    if (!this.hasShell()) return { containment: "direct", memory: "none", cpu: "none" };
    const cgroup = RunCgroup.open(`probe-${Deno.pid}`);
    cgroup?.close();
    const sampled = Deno.build.os === "linux" ? "sampled" : "none";
    return {
      containment: cgroup === null ? "process_group" : "cgroup",
      memory: cgroup?.controllers.has("memory") ? "cgroup" : sampled,
      cpu: cgroup?.controllers.has("cpu") ? "cgroup" : "nice",
    };
  }

  async controlLacks(): Promise<readonly CgroupProblem[]> {
    const { controlFacts } = await import("../kernel/cgroup_facts.ts");
    const { controlLacks } = await import("../../core/base/cgroup_problem.ts");
    return controlLacks(await controlFacts(this));
  }

  namespaceLack(): NamespaceLack | null {
    const found = findNamespace();
    return isNamespace(found) ? null : found;
  }

  mayRun(program: string): boolean {
    return isGranted({ kind: "run", program });
  }

  async query(program: string, args: readonly string[], cwd: string): Promise<string | null> {
    if (!this.mayRun(program)) return null;
    try {
      const child = new Deno.Command(program, {
        args: [...args],
        cwd,
        env: pathWithoutFolder(),
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const ended = await within(this.#clock, QUERY_MS_MAX, child.output());
      if (ended === undefined) child.kill("SIGKILL");
      return ended?.success ? new TextDecoder().decode(ended.stdout).trim() : null;
    } catch {
      return null;
    }
  }
}

/**
 * A PATH on which the current folder has no say, if it has one: what orch asks programs of its own accord
 * must not run what somebody has put there. Jobs get PATH as it is.
 */
function pathWithoutFolder(): Record<string, string> {
  const path = isGranted({ kind: "env", name: "PATH" }) ? Deno.env.get("PATH") : undefined;
  if (path === undefined || Deno.build.os === "windows") return {};
  const folders = path.split(":");
  const fixed = folders.filter((folder) => folder.startsWith("/"));
  return fixed.length === folders.length ? {} : { PATH: fixed.join(":") };
}
