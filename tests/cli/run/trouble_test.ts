/** When the world does not go along: exit 3, words that name the place, and never an exception. */
import { runCli } from "../../../lib/cli/mod.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import type { World } from "../../../lib/runtime/port/world.ts";
import { assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { Captured } from "../../support/captured.ts";
import { newProject, workflow } from "../../support/cli.ts";

const W = workflow({ id: "only", command: "echo done" });

/** orch in a world in which one thing is broken. */
async function inBrokenWorld(file: string, args: readonly string[], broken: Partial<World>) {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await runCli([...args, file], { ...realWorld(), stdout, stderr, ...broken });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

function fail(message: string): never {
  throw new Error(message);
}

Deno.test("results that cannot be written cost the exit code, not the summary", async () => {
  await using project = newProject({ "w.yaml": W });
  const { code, stderr } = await project.orch(["run", "w.yaml", "-o", "/proc/no.json"]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "✔ 1 succeeded");
  assertStringIncludes(stderr, "error: Cannot write '/proc/no.json': ");
  assertEquals(stderr.includes("bug in orch"), false);
});

Deno.test("a state folder that cannot be made ends the run before it starts", async () => {
  await using project = newProject({ "w.yaml": W, ".orch": "a file stands here" });
  const { code, stderr } = await project.orch(["run", "w.yaml"]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "error: ");
  assertEquals(stderr.includes("bug in orch"), false);
});

Deno.test("a mistake of ours is said to be one, with the stack if LOG_LEVEL asks", async () => {
  await using project = newProject({ "w.yaml": W });
  const broken = { random: () => fail("no more chance") };
  const quiet = await inBrokenWorld(project.path("w.yaml"), ["run"], broken);
  assertEquals(quiet, {
    code: 3,
    stdout: "",
    stderr: "error: no more chance\n" +
      "This is a bug in orch: please report it with the file and the command line\n",
  });
  const env = (name: string) => name === "LOG_LEVEL" ? "DEBUG" : undefined;
  const loud = await inBrokenWorld(project.path("w.yaml"), ["run"], { ...broken, env });
  assertStringIncludes(loud.stderr, "trouble_test.ts");
});

Deno.test("a standard error that cannot be written to loses the words, not the results", async () => {
  await using project = newProject({ "w.yaml": W });
  const full = {
    isBroken: false,
    isTerminal: false,
    waiting: 0,
    size: () => ({ columns: 80, rows: 24 }),
    unblock() {},
    flush: () => Promise.resolve(),
  };
  const { code } = await inBrokenWorld(project.path("w.yaml"), [
    "run",
    "--output",
    project.path("results.json"),
  ], { stderr: { ...full, write: () => fail("No space left on device") } });
  assertEquals(code, 3);
  assertEquals(project.json("results.json").counts.success, 1);
});

/** What is already at the path of the results, and what must be there afterwards. */
Deno.test("results go through links and pipes instead of taking their place", async (t) => {
  await using project = newProject({ "w.yaml": W, "real/old.json": "{}" });
  const isLink = (name: string) => Deno.lstatSync(project.path(name)).isSymlink;

  await t.step("a link goes on being a link to the file with the results", async () => {
    await Deno.symlink("real/old.json", project.path("link.json"));
    assertEquals((await project.orch(["run", "w.yaml", "-q", "-o", "link.json"])).code, 0);
    assertEquals(isLink("link.json"), true);
    assertEquals(project.json("real/old.json").status, "completed");
  });
  await t.step("a device stays a device", async () => {
    assertEquals((await project.orch(["run", "w.yaml", "-q", "-o", "/dev/null"])).code, 0);
    assertEquals((await Deno.stat("/dev/null")).isCharDevice, true);
  });
  await t.step("a link to nowhere leads to the results", async () => {
    await Deno.symlink("nowhere", project.path("dangling.json"));
    assertEquals((await project.orch(["run", "w.yaml", "-q", "-o", "dangling.json"])).code, 0);
    assertEquals(isLink("dangling.json"), true);
    assertEquals(project.json("nowhere").status, "completed");
  });
  await t.step("nothing but the results is left in the folder", () => {
    const names = [".orch", "dangling.json", "link.json", "nowhere", "real", "w.yaml"];
    assertEquals(project.list("."), names);
  });
});
