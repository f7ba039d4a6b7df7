/**
 * The bundle means what the sources mean: nothing that makes it small takes away what releases locks and
 * files. Counted in its text, and seen in what it does.
 */
import { countUsing, demandSameUsing } from "../../tools/bundle.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { eventually, newProject, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { GRANTED, newBundle, runProgram } from "./bundled.ts";

/** The text of every file of ours that the bundle is made of. */
async function bundledSources(): Promise<string> {
  const { stdout } = await runProgram([Deno.execPath(), "info", "--json", "main.ts"], {
    cwd: ROOT,
  });
  const { modules } = JSON.parse(stdout) as { modules: { local?: string; specifier: string }[] };
  const ours = modules.filter(({ specifier }) => specifier.startsWith(`file://${ROOT}/`));
  return ours.map(({ local }) => Deno.readTextFileSync(local!).replace(/^\s*(\*|\/\/).*$/gm, ""))
    .join("\n");
}

Deno.test("every using of the sources is one in the bundle", async () => {
  await using made = await newBundle();
  const inSources = countUsing(await bundledSources());
  assert(inSources > 10, `${inSources} in the sources`);
  assertEquals(countUsing(await Deno.readTextFile(made.path)), inSources);
});

Deno.test("a bundle that has lost a using is refused", () => {
  const whole = "{ using file = open(); read(file); }\n{ await using x = y(); }\n";
  demandSameUsing(whole, "{using file=open();read(file)}{await using x=y()}");
  assertThrows(
    () => demandSameUsing(whole, "read(open());{await using x=y()}"),
    Error,
    'of 2 "using" in the bundle 1 are left',
  );
});

Deno.test("the bundle goes on with a run that was stopped, and can take its lock again", async () => {
  await using made = await newBundle();
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: "touch begun; test -e key || exec sleep 60" },
      { id: "b", command: "true", dependencies: ["a"] },
    ),
  });
  const run = project.spawnProgram([...runBy(made.path), "run", "w.yaml", "-q"]);
  await project.waitForFile("begun");
  run.signal("SIGINT");
  assertEquals((await run.finished).code, 130);
  project.write("key", "");
  for (const args of [["resume", "-q"], ["rerun", "last", "-q", "--from", "a"]]) {
    let code: number | null = null;
    const { finished } = project.spawnProgram([...runBy(made.path), ...args]);
    void finished.then((ended) => code = ended.code);
    // A lock that was never let go would be waited for without end.
    await eventually(() => code !== null, `the end of ${args.join(" ")}`);
    assertEquals(code, 0);
  }
});

testNeeding(["sh"], "following a run leaves no descriptors open, look after look", async () => {
  await using made = await newBundle();
  // A line for each look or two, until somebody has seen enough.
  const ticking = "i=0; until test -e enough; do i=$((i+1)); echo line $i; sleep 0.1; done";
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: ticking }) });
  const run = project.spawnProgram([...runBy(made.path), "run", "w.yaml", "-q"]);
  await eventually(
    () => project.exists(".orch/runs") && project.list(".orch/runs").length > 0,
    "a run",
  );
  const logs = project.spawnProgram([...runBy(made.path), "logs", "last", "a", "--follow"]);
  await logs.stdout.waitFor(/line 5\n/);
  const before = descriptorsOf(logs.pid!);
  await logs.stdout.waitFor(/line 25\n/);
  const after = descriptorsOf(logs.pid!);
  project.write("enough", "");
  assertEquals([(await run.finished).code, (await logs.finished).code], [0, 0]);
  assert(after <= before + 2, `${before} descriptors at line 5, ${after} at line 25`);
});

/** The words that start the program at `path` as users do. */
function runBy(path: string): string[] {
  return [Deno.execPath(), "run", ...GRANTED, path];
}

/** How many files a process has open; 0 where that cannot be told. */
function descriptorsOf(pid: number): number {
  return Deno.build.os === "linux" ? [...Deno.readDirSync(`/proc/${pid}/fd`)].length : 0;
}
