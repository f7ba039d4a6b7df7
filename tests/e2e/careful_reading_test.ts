/** Mistakes of a file are told whatever orch may read of the environment, which is left as it was. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, ROOT } from "../support/cli.ts";
import { ENTRY } from "../support/under_test.ts";

for (const env of [[], ["--allow-env=HOME"], ["--allow-env=LOG_STREAM"]]) {
  Deno.test(`with [${env}] what is wrong with a file is told, whatever of the environment is granted`, async () => {
    await using project = newProject({
      "shape.yaml": "name: x\njobs:\n  - id: a\n    comand: ls\n",
      "syntax.yaml": "name: x\njobs:\n  - id: [\n",
    });
    const orch = `'${Deno.execPath()}' run --no-prompt --allow-read=. ${
      env.join(" ")
    } '${ENTRY}' validate`;
    const { code, stderr } = await project.shell(`${orch} shape.yaml syntax.yaml`).finished;
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /^error\[E202\]: Unknown key 'comand' in the job\n --> shape\.yaml:4:5$/m);
    assertMatch(stderr, /^error\[E105\][^]*\n --> syntax\.yaml:3:10$/m);
    assert(!/LOG_|NotCapable/.test(stderr), stderr);
  });
}

Deno.test("a program has its environment as before when the library has read a file with mistakes", async () => {
  await using project = newProject({
    "bad.yaml": "name: x\njobs: [{id: a, comand: ls}]\n",
    "deno.json": JSON.stringify({ imports: { "@orch/orch": `${ROOT}/lib/mod.ts` } }),
    "p.ts": `import process from "node:process";
      import { loadWorkflow } from "@orch/orch";
      const { problems } = await loadWorkflow("bad.yaml").catch((error) => error);
      console.log(problems[0].line, process.env.HOME !== undefined);`,
  });
  const { stdout, stderr } = await project.shell(
    `'${Deno.execPath()}' run --no-prompt --no-check --quiet --allow-read=. --allow-env=HOME p.ts`,
    { env: { HOME: project.folder } },
  ).finished;
  assertEquals([stdout, stderr], ["2 true\n", ""]);
});

Deno.test("the careful reader asks no variable how much it is to tell about itself", async () => {
  await using project = newProject({ "w.yaml": "name: w\njobs: [{id: a, comand: x}]\n" });
  const env = { LOG_TOKENS: "1", LOG_STREAM: "1" };
  const told = await project.spawn(["validate", "w.yaml"], { env }).finished;
  assertEquals(told, await project.spawn(["validate", "w.yaml"]).finished);
  assertEquals(told.stdout, "");
});
