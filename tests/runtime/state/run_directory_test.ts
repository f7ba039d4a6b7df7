/** Run ids, and the folder of a run. */
import { realWorld } from "../../../lib/runtime/real_world.ts";
import {
  createRunDirectory,
  newRunId,
  parseRunId,
} from "../../../lib/runtime/state/run_directory.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "../../support/assert.ts";
import { FakeWorld, pass } from "../../support/fake_world.ts";

Deno.test("newRunId begins with the time in UTC and ends with chance", () => {
  const world = new FakeWorld();
  world.randomBytes.push(0, 9, 31, 32 + 10);
  assertEquals(newRunId(world), "20261122-103000-0009");
  pass(world.clock, 999);
  assertEquals(newRunId(world), "20261122-103000-zyza");
});

Deno.test("run ids sort by time", () => {
  const world = new FakeWorld();
  const ids: string[] = [];
  for (const ms of [0, 1, 2, 500, 497, 59_000, 3_600_000, 86_400_000, 40 * 86_400_000]) {
    pass(world.clock, ms);
    world.randomBytes.push(31 - ids.length, 0);
    ids.push(newRunId(world));
  }
  assertEquals(ids.toSorted(), ids);
  assertEquals(ids.filter((id) => parseRunId(id) !== id), []);
});

Deno.test("newRunId of the real world is one that parseRunId takes", () => {
  const world = realWorld();
  const ids = Array.from({ length: 100 }, () => newRunId(world));
  for (const id of ids) {
    assertMatch(id, /^\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{4}$/);
    assertEquals(parseRunId(id), id);
  }
  assert(new Set(ids).size > 80, "chance differs");
});

const NO_IDS = [
  "",
  ".",
  "..",
  "../../etc",
  "20261122-103000-x7k2/..",
  "20261122-103000-x7k2/",
  "/20261122-103000-x7k2",
  "..\\20261122-103000",
  "20261122-103000-X7K2",
  "20261122-103000-x7k2\n",
  "20261122-103000-x7k2\0",
  "20261122-103000-x7k2.out",
  "2026112",
  "a".repeat(41),
  "20261122–103000",
  "%2e%2e%2f%2e%2e",
];

for (const text of NO_IDS) {
  Deno.test(`parseRunId refuses ${JSON.stringify(text)}`, () =>
    assertEquals(parseRunId(text), null));
}

Deno.test("createRunDirectory makes a folder of its own for every run", () => {
  const world = new FakeWorld();
  world.randomBytes.push(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2);
  const first = createRunDirectory(world, "/work/.orch");
  const second = createRunDirectory(world, "/work/.orch");
  assertEquals(first.path, "/work/.orch/runs/20261122-103000-0011");
  assertEquals(
    second.path,
    "/work/.orch/runs/20261122-103000-0022",
    "the same id is not taken twice",
  );
  for (const run of [first, second]) {
    assertEquals(run.path.endsWith(run.runId), true);
    assert(world.files.folders.has(`${run.path}/jobs`));
  }
});

Deno.test("createRunDirectory does not look for a free id without end", () => {
  const world = new FakeWorld();
  world.files.makeDirectory = () => false;
  world.random = (count) => new Uint8Array(count);
  const error = assertThrows(() => createRunDirectory(world, "/work/.orch"), Error);
  assertEquals(error.message, "100 ids for a new run are all taken in /work/.orch/runs");
});

Deno.test("createRunDirectory keeps the state folder out of git, once", () => {
  const world = new FakeWorld();
  createRunDirectory(world, "/work/.orch");
  assertEquals(world.files.contents.get("/work/.orch/.gitignore"), "*\n");
  world.files.write("/work/.orch/.gitignore", "changed\n");
  world.randomBytes.push(3, 3, 3, 3);
  createRunDirectory(world, "/work/.orch");
  assertEquals(world.files.contents.get("/work/.orch/.gitignore"), "changed\n");
});

Deno.test("files of attempts stand side by side, one name for each", () => {
  const run = createRunDirectory(new FakeWorld(), "/work/.orch");
  const { stdout, stderr, other } = run.filesOf("test.unit", 3);
  assertEquals([stdout, stderr, other("py")].map((path) => path.slice(run.path.length)), [
    "/jobs/test.unit.3.out",
    "/jobs/test.unit.3.err",
    "/jobs/test.unit.3.py",
  ]);
});

Deno.test({
  name: "createRunDirectory lets only its owner in",
  ignore: Deno.build.os === "windows",
  fn() {
    const folder = Deno.makeTempDirSync({ prefix: "orch-run-" });
    try {
      const world = realWorld();
      const run = createRunDirectory(world, `${folder}/.orch`);
      const { stdout } = run.filesOf("a", 1);
      world.files.write(stdout, "secret");
      const mode = (path: string) => (Deno.statSync(path).mode! & 0o777).toString(8);
      const folders = [`${folder}/.orch`, `${folder}/.orch/runs`, run.path, `${run.path}/jobs`];
      assertEquals(folders.map(mode), ["700", "700", "700", "700"]);
      assertEquals([stdout, `${folder}/.orch/.gitignore`].map(mode), ["600", "600"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("createRunDirectory throws the platform's error where it cannot write", () => {
  const file = Deno.makeTempFileSync({ prefix: "orch-run-" });
  try {
    const error = assertThrows(() => createRunDirectory(realWorld(), `${file}/.orch`));
    assertMatch(error.message, /not a directory|cannot find the path/i);
  } finally {
    Deno.removeSync(file);
  }
});
