/** The key of a user: made once, read again, and refused where others may have had it. */
import {
  isSigned,
  type KeyFault,
  type OwnState,
  ownState,
  recordedRuns,
  recordRun,
  sign,
} from "../../../lib/runtime/store/own_state.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const BYTES = new TextEncoder().encode("a plan");

/** A state folder that is gone when the test leaves its scope. */
class Home implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "orch-home-" });
  readonly folder = `${this.path}/orch`;
  readonly key = `${this.folder}/key`;

  /** Asks as a process that has not asked yet does: under another name of the same folder. */
  state(again = 0): Promise<OwnState> {
    const path = this.path + "/.".repeat(again);
    return ownState({ env: (name) => name === "XDG_STATE_HOME" ? path : undefined });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

async function markOf(state: OwnState): Promise<string> {
  assert(state.ok, JSON.stringify(state));
  return await sign(state.key, BYTES);
}

Deno.test("a key is made once, for its user alone, and is the same ever after", async () => {
  using home = new Home();
  const mark = await markOf(await home.state());
  const [file, folder] = await Promise.all([home.key, home.folder].map((path) => Deno.lstat(path)));
  assertEquals([file!.size, file!.mode! & 0o777, folder!.mode! & 0o777], [32, 0o600, 0o700]);
  const again = await home.state(1);
  assertEquals(await markOf(again), mark);
  assert(again.ok && await isSigned(again.key, BYTES, mark));
  assert(!await isSigned(again.key, BYTES.slice(1), mark));
  for (const bad of ["", mark.slice(1), mark.toUpperCase(), `${mark}00`, "x".repeat(64)]) {
    assert(!await isSigned(again.key, BYTES, bad), bad);
  }
  const names = await Array.fromAsync(Deno.readDir(home.folder), ({ name }) => name);
  assertEquals(names, ["key"]);
});

Deno.test("many that make a key at once get the same", async () => {
  using home = new Home();
  const module = new URL("../../../lib/runtime/store/own_state.ts", import.meta.url).href;
  const code = `import { ownState, sign } from "${module}";
    const state = await ownState({ env: (name) => Deno.env.get(name) });
    console.log(await sign(state.key, new TextEncoder().encode("a plan")));`;
  const runs = await Promise.all(Array.from({ length: 8 }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", code],
      env: { XDG_STATE_HOME: home.path },
    }).output()));
  const marks = runs.map(({ stdout, stderr }) =>
    new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr)
  );
  assertEquals(new Set(marks).size, 1, marks.join());
  assertEquals(marks[0]!.trim(), await markOf(await home.state()));
});

/** What is done to a key, and why it is refused then. */
const FAULTS: Readonly<Record<string, readonly [(home: Home) => void, KeyFault]>> = {
  "a link": [({ key }) => {
    Deno.renameSync(key, `${key}.real`);
    Deno.symlinkSync(`${key}.real`, key);
  }, "not_plain"],
  "a folder": [({ key }) => {
    Deno.removeSync(key);
    Deno.mkdirSync(key);
  }, "not_plain"],
  "readable for the group": [({ key }) => Deno.chmodSync(key, 0o640), "open_to_others"],
  "readable for all": [({ key }) => Deno.chmodSync(key, 0o604), "open_to_others"],
  "empty": [({ key }) => Deno.writeTextFileSync(key, ""), "not_a_key"],
  "too long": [({ key }) => Deno.writeTextFileSync(key, "x", { append: true }), "not_a_key"],
  "in a folder that is a link": [({ folder }) => {
    Deno.renameSync(folder, `${folder}.real`);
    Deno.symlinkSync(`${folder}.real`, folder);
  }, "not_plain"],
  "in a folder that others may write": [
    ({ folder }) => Deno.chmodSync(folder, 0o777),
    "open_to_others",
  ],
  ...(Deno.uid() === 0 && {
    "of another user": [({ key }: Home) => Deno.chownSync(key, 12345, null), "of_another"] as const,
  }),
};

for (const [what, [spoil, why]] of Object.entries(FAULTS)) {
  Deno.test(`a key that is ${what} is refused, and stays as it is`, async () => {
    using home = new Home();
    await home.state();
    spoil(home);
    const state = await home.state(1);
    assert(!state.ok && state.lack.kind === "unsafe", JSON.stringify(state));
    assertEquals(state.lack.why, why);
    const after = await home.state(2);
    assertEquals(after.ok, false);
  });
}

Deno.test("without a home there is no key", async () => {
  assertEquals(await ownState({ env: () => undefined }), { ok: false, lack: { kind: "no_home" } });
  const env = (name: string) => name === "HOME" ? "here" : undefined;
  assertEquals(await ownState({ env }), { ok: false, lack: { kind: "no_home" } });
});

Deno.test("the list of runs keeps their order, and is bounded", () => {
  using home = new Home();
  for (const id of ["b", "a", "c", "a"]) recordRun(home.path, id);
  const order = recordedRuns(home.path);
  assertEquals([...order].sort((x, y) => x[1] - y[1]).map(([id]) => id), ["b", "c", "a"]);
  Deno.writeTextFileSync(`${home.path}/runs`, "old\n".repeat(2 ** 20));
  recordRun(home.path, "x");
  recordRun(home.path, "y");
  assertEquals(Deno.statSync(`${home.path}/runs`).size, 2);
  const after = recordedRuns(home.path);
  assert(after.get("old")! < after.get("x")! && after.get("x")! < after.get("y")!);
});
