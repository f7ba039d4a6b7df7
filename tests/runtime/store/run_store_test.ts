/** Finding runs from where a user stands: which state directories are in sight, and whose runs count. */
import { RunStore } from "../../../lib/runtime/store/run_store.ts";
import { parseRunId } from "../../../lib/runtime/state/run_directory.ts";
import { stateDirectories } from "../../../lib/runtime/state/state_directory.ts";
import { isTrusted } from "../../../lib/runtime/state/state_files.ts";
import { assertEquals } from "../../support/assert.ts";

/** A folder of folders that is gone when the test leaves its scope. */
class Folders implements Disposable {
  readonly path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "orch-store-" }));

  constructor(...names: readonly string[]) {
    for (const name of names) Deno.mkdirSync(`${this.path}/${name}`, { recursive: true });
  }

  /** The world of a user who stands in `folder`, with this ORCH_STATE_DIR. */
  from(folder: string, variable?: string) {
    const cwd = folder === "" ? this.path : `${this.path}/${folder}`;
    return {
      cwd: () => cwd,
      env: (name: string) => name === "ORCH_STATE_DIR" ? variable : undefined,
    };
  }

  /** Paths as seen from here. */
  short(paths: readonly string[]): string[] {
    return paths.map((path) => path.replace(`${this.path}/`, ""));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The folders there are, where the user stands, and the state directories in sight. */
const SIGHT: readonly (readonly [what: string, folders: string, from: string, found: string])[] = [
  ["here", "a/.orch/runs", "a", "a/.orch"],
  ["above, the nearest only", ".orch/runs a/.orch/runs a/b/c/d", "a/b/c/d", "a/.orch"],
  ["one and two levels below", "a/.orch/runs b/c/.orch/runs", "", "a/.orch b/c/.orch"],
  ["not three levels below", "a/b/c/.orch/runs", "", ""],
  ["here and below", ".orch/runs b/.orch/runs", "", ".orch b/.orch"],
  ["above and below", ".orch/runs a/b/.orch/runs c/.orch/runs", "a", ".orch a/b/.orch"],
  ["in a hidden folder", ".ci/.orch/runs", "", ".ci/.orch"],
  ["not among packages", "node_modules/a/.orch/runs .git/.orch/runs", "", ""],
  ["not without runs", ".orch", "", ""],
];

for (const [what, folders, from, found] of SIGHT) {
  Deno.test(`state directories are in sight ${what}`, () => {
    using here = new Folders(...folders.split(" "));
    const directories = stateDirectories(here.from(from), undefined);
    assertEquals(here.short(directories).join(" "), found);
  });
}

Deno.test("a state directory that is named is the only one: by flag, else by variable", () => {
  using here = new Folders(".orch/runs", "a/.orch/runs");
  const named = (flag: string | undefined, variable?: string) =>
    here.short(stateDirectories(here.from("", variable), flag)).join(" ");
  assertEquals(named("a/.orch"), "a/.orch");
  assertEquals(named(undefined, "a/.orch"), "a/.orch");
  assertEquals(named("x", "a/.orch"), "x");
  assertEquals(named("/else/where"), "/else/where");
  assertEquals(named(undefined, ""), ".orch a/.orch");
});

Deno.test("a folder that may not be read, or is a link, hides nothing else", () => {
  using here = new Folders("a/.orch/runs", "closed/.orch/runs", "far/away/b/.orch/runs");
  Deno.symlinkSync(`${here.path}/far/away`, `${here.path}/link`);
  Deno.chmodSync(`${here.path}/closed`, 0o300);
  try {
    const found = here.short(stateDirectories(here.from(""), undefined));
    // The superuser may read everything.
    assertEquals(found.filter((path) => path !== "closed/.orch"), ["a/.orch"]);
  } finally {
    Deno.chmodSync(`${here.path}/closed`, 0o700);
  }
});

Deno.test("a state directory is trusted that is ours, or root's; where we do not know who we are, that of this folder's owner", () => {
  const rows:
    readonly (readonly [owner: number | null, own: number | null, here: number, boolean])[] = [
      [7, 7, 0, true],
      [7, 7, 8, true],
      [0, 7, 8, true],
      [8, 7, 8, false],
      [8, 0, 8, false],
      [8, null, 8, true],
      [0, null, 8, true],
      [7, null, 8, false],
      [null, 7, 8, true],
    ];
  for (const [owner, own, here, expected] of rows) {
    assertEquals(isTrusted(owner, { own, here }), expected, `${owner} ${own} ${here}`);
  }
});

Deno.test({
  name:
    "a state directory of another user is passed over, unless it is named (needs root: gives one away)",
  ignore: Deno.uid() !== 0,
  fn() {
    using here = new Folders(".orch/runs", "a/.orch/runs", "b/.orch/runs");
    Deno.chownSync(`${here.path}/.orch`, 12_345, null);
    Deno.chownSync(`${here.path}/a/.orch/runs`, 12_345, null);
    assertEquals(here.short(stateDirectories(here.from(""), undefined)), ["b/.orch"]);
    assertEquals(here.short(stateDirectories(here.from(""), ".orch")), [".orch"]);
  },
});

const OLD = "20261121-113040-x7k2";
const NEW = "20261122-113040-x7k3";

Deno.test("runs of all directories are one list, newest first; what is no run is not in it", () => {
  using here = new Folders(
    ...[`.orch/runs/${OLD}`, `a/.orch/runs/${NEW}`, ".orch/runs/Not-A-Run", ".orch/runs/.hidden"],
  );
  Deno.writeTextFileSync(`${here.path}/.orch/runs/20261123-113040-file`, "");
  const store = RunStore.find(here.from(""), {});
  assertEquals(here.short(store.list().map(({ path }) => path)), [
    `a/.orch/runs/${NEW}`,
    `.orch/runs/${OLD}`,
  ]);
  const located = store.locate("x7k2");
  assertEquals(located, {
    kind: "found",
    place: {
      runId: parseRunId(OLD)!,
      stateDirectory: `${here.path}/.orch`,
      path: `${here.path}/.orch/runs/${OLD}`,
    },
  });
  assertEquals(store.locate("2026").kind, "ambiguous");
});

Deno.test("of a run and its copy farther away the nearer one is meant", () => {
  using here = new Folders(`.orch/runs/${OLD}`, `a/.orch/runs/${OLD}`);
  const located = RunStore.find(here.from(""), {}).locate("2026");
  assertEquals(
    located.kind === "found" && here.short([located.place.stateDirectory]),
    [".orch"],
  );
});

Deno.test("a directory that is named and does not exist holds no runs", () => {
  using here = new Folders();
  assertEquals(RunStore.find(here.from(""), { stateDir: "none" }).locate("last"), {
    kind: "no_runs",
  });
});
