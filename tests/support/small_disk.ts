/** A disk that is soon full: a tmpfs, where this process may mount one. */

/** Calls `use` with a folder on a disk of so many KiB; false where none can be had. */
export async function withSmallDisk(
  kibibytes: number,
  use: (path: string) => Promise<void>,
): Promise<boolean> {
  const path = await Deno.makeTempDir({ prefix: "orch-small-" });
  try {
    if (!await command("mount", "-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", path)) {
      return false;
    }
    try {
      await use(path);
      return true;
    } finally {
      await command("umount", path);
    }
  } finally {
    await Deno.remove(path);
  }
}

const mayMount = await withSmallDisk(64, () => Promise.resolve());
// deno-lint-ignore no-console -- CI counts what was skipped
if (!mayMount) console.log("skipped: no tmpfs");

/** A test that needs a small disk; where there can be none it says so and is counted as ignored. */
export function testOnSmallDisk(
  name: string,
  kibibytes: number,
  fn: (path: string) => Promise<void>,
): void {
  Deno.test({
    name: mayMount ? name : `${name} (skipped: no tmpfs)`,
    ignore: !mayMount,
    fn: async () => void await withSmallDisk(kibibytes, fn),
  });
}

/** Takes all the room that is left on the disk of this folder, until it is removed. */
export async function fill(path: string): Promise<Disposable> {
  const name = `${path}/filler`;
  using file = await Deno.open(name, { write: true, createNew: true });
  const block = new Uint8Array(4096);
  for (;;) {
    try {
      await file.write(block);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      return { [Symbol.dispose]: () => Deno.removeSync(name) };
    }
  }
}

/** Lets nothing be written on the disk of this folder any more. */
export async function makeReadOnly(path: string): Promise<void> {
  if (!await command("mount", "-o", "remount,ro", path)) throw new Error(`${path} stays writable`);
}

async function command(program: string, ...args: string[]): Promise<boolean> {
  try {
    const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch {
    return false;
  }
}
