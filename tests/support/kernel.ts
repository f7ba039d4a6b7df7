/**
 * The kernel's part in control groups, in a folder of plain files: a new group has its files at once, a
 * process is in one group at a time, a group is removed as if it were empty once nobody and no group is in
 * it, and controllers are shared out only where they are and no process is in the way.
 */

/** Until it is disposed of, it answers for the kernel in its folder. */
export class Kernel implements Disposable {
  readonly parent = Deno.makeTempDirSync({ prefix: "orch-cgroup-" });
  readonly #real = {
    mkdirSync: Deno.mkdirSync,
    removeSync: Deno.removeSync,
    writeTextFileSync: Deno.writeTextFileSync,
  };
  #refused: string | null = null;
  #hasKill = true;

  /** A group with these controllers to share out, in which these processes are. */
  constructor(available: string, members: readonly number[] = []) {
    const { mkdirSync } = this.#real;
    this.write("cgroup.controllers", available);
    this.write("cgroup.subtree_control", "");
    this.write("cgroup.procs", members.map((pid) => `${pid}\n`).join(""));
    Deno.mkdirSync = (path) => {
      if (this.#refused !== null && String(path).endsWith(this.#refused)) {
        throw new Deno.errors.PermissionDenied(String(path));
      }
      mkdirSync(path);
      this.#populate(String(path));
    };
    Deno.removeSync = (path) => this.#remove(String(path));
    Deno.writeTextFileSync = (path, data, options) => {
      const [, folder, name] = /^(.*)\/([^/]*)$/.exec(String(path))!;
      if (name === "cgroup.subtree_control") return this.#share(folder!, String(data));
      if (name === "cgroup.procs") return this.#move(folder!, String(data));
      this.#real.writeTextFileSync(path, data, options);
    };
  }

  /** From now on no group of this name can be made. */
  refuse(name: string): string {
    this.#refused = name;
    return this.parent;
  }

  /** From now on groups are those of an older kernel. */
  withoutKill(): string {
    this.#hasKill = false;
    return this.parent;
  }

  /** What a file below the parent holds; `null` where there is none. */
  read(name: string): string | null {
    return read(`${this.parent}/${name}`);
  }

  /** Writes a file below the parent as the kernel would. */
  write(name: string, text: string): void {
    this.#real.writeTextFileSync(`${this.parent}/${name}`, text);
  }

  /** All groups that stand below a folder, the parent unless it is another. */
  groups(folder = this.parent): string[] {
    return foldersIn(folder).flatMap((path) => [
      path.slice(this.parent.length + 1),
      ...this.groups(path),
    ]).sort();
  }

  [Symbol.dispose](): void {
    Object.assign(Deno, this.#real);
    Deno.removeSync(this.parent, { recursive: true });
  }

  #remove(path: string): void {
    if (foldersIn(path).length > 0 || read(`${path}/cgroup.procs`) !== "") throw new Error("EBUSY");
    this.#real.removeSync(path, { recursive: true });
  }

  #move(folder: string, pid: string): void {
    if (read(`${folder}/cgroup.subtree_control`) !== "") throw new Error("EBUSY");
    for (const group of [this.parent, ...this.groups().map((name) => `${this.parent}/${name}`)]) {
      const others = read(`${group}/cgroup.procs`)!.split("\n").filter((line) => line !== pid);
      this.#real.writeTextFileSync(`${group}/cgroup.procs`, others.join("\n"));
    }
    this.#real.writeTextFileSync(
      `${folder}/cgroup.procs`,
      `${read(`${folder}/cgroup.procs`)}${pid}\n`,
    );
  }

  #share(folder: string, change: string): void {
    const [sign, controller] = [change[0], change.slice(1)];
    const shared = read(`${folder}/cgroup.subtree_control`)!.split(" ").filter((name) =>
      name !== "" && name !== controller
    );
    if (sign === "+") {
      if (read(`${folder}/cgroup.procs`) !== "") throw new Error("EBUSY");
      if (!read(`${folder}/cgroup.controllers`)!.split(" ").includes(controller)) {
        throw new Deno.errors.NotFound(change);
      }
      shared.push(controller);
    } else if (
      foldersIn(folder).some((path) =>
        read(`${path}/cgroup.subtree_control`)!.split(" ").includes(controller)
      )
    ) throw new Error("EBUSY");
    this.#real.writeTextFileSync(`${folder}/cgroup.subtree_control`, shared.join(" "));
    for (const path of foldersIn(folder)) this.#populate(path);
  }

  #populate(path: string): void {
    const above = read(`${path}/../cgroup.subtree_control`) ?? "";
    const files: Record<string, string> = {
      "cgroup.controllers": above,
      "cgroup.subtree_control": "",
      "cgroup.procs": "",
      ...(this.#hasKill && { "cgroup.kill": "" }),
      ...(above.includes("memory") && {
        "memory.max": "max",
        "memory.swap.max": "max",
        "memory.events": "oom_kill 0\n",
      }),
      ...(above.includes("cpu") && { "cpu.max": "max 100000" }),
      ...(above.includes("pids") && { "pids.max": "max" }),
    };
    for (const name of Object.keys(files)) {
      if (name !== "cgroup.controllers" && read(`${path}/${name}`) !== null) continue;
      this.#real.writeTextFileSync(`${path}/${name}`, files[name]!);
    }
  }
}

function foldersIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    `${folder}/${name}`
  );
}

function read(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
