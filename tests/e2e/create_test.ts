/** `orch create` and `orch validate`: files to start from, and all that is wrong with those at hand. */
import { TEMPLATES } from "../../lib/core/base/choices.ts";
import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../support/assert.ts";
import { type Finished, newProject, type Project, workflow } from "../support/cli.ts";

const ENDINGS = ["yaml", "yml", "json"];

for (const template of TEMPLATES) {
  for (const ending of ENDINGS) {
    Deno.test(`the ${template} template as .${ending} validates, analyzes and runs`, async () => {
      await using project = newProject();
      await using service = serve();
      const file = `flow.${ending}`;
      const args = ["create", "--name", 'My "Flow" #1', "--output", file, "--template", template];
      const created = await project.orch(args);
      assertEquals(created, {
        code: 0,
        stdout: `Wrote ${file}. Try it:\n  orch run ${file}\n`,
        stderr: "",
      });
      assertMatch(
        project.read(file),
        ending === "json"
          ? /^\{\n {2}"name": "My \\"Flow\\" #1"/
          : /^# yaml-language-server: \$schema=https:\/\/jsr\.io\/.*\/schema\/orch\.schema\.json\n# /,
      );

      const valid = await project.orch(["validate", file]);
      assertMatch(valid.stdout, /^flow\.\w+: valid, \d jobs\n$/);
      const { code, stderr } = await project.orch(["run", file, "-o", "r.json"], {
        env: { API_URL: service.url },
      });
      assertEquals(code, 0, stderr);
      const { counts, status, workflow } = project.json("r.json");
      assertEquals([status, counts.failed, counts.skipped], ["completed", 0, 0]);
      assertEquals(workflow.name, 'My "Flow" #1');
    });
  }
}

/** A service that answers 204 to everything. */
function serve(): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(null, { status: 204 }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a file that exists is not overwritten without --force", async () => {
  await using project = newProject({ "flow.yaml": "mine" });
  const args = ["create", "-n", "flow", "-o", "flow.yaml"];
  const refused = await project.orch(args);
  assertEquals({ code: refused.code, text: project.read("flow.yaml") }, { code: 2, text: "mine" });
  assertEquals(refused.stderr, "error: 'flow.yaml' already exists; to overwrite it, add --force\n");
  assertEquals((await project.orch([...args, "--force"])).code, 0);
  assertStringIncludes(project.read("flow.yaml"), 'name: "flow"');
});

Deno.test("the data template makes its data beside the file", async () => {
  await using project = newProject();
  await project.orch(["create", "-n", "d", "-o", "flow.yaml", "-t", "data"]);
  await project.orch(["run", "flow.yaml", "-q"]);
  assertEquals(project.read("data/joined.txt").split("\n").length, 101);
});

/** The files given, the exit code, and what is said about them, on stdout and on stderr. */
const VALIDATE: readonly (readonly [string, number, RegExp, RegExp])[] = [
  ["good.yaml", 0, /^good\.yaml: valid, 1 job\n$/, /^$/],
  ["good.yaml good.json", 0, /^good\.yaml: valid, 1 job\ngood\.json: valid, 2 jobs\n$/, /^$/],
  ["bad.yaml", 2, /^$/, /bad\.yaml:4:5[^]*bad\.yaml:5:\d+[^]*2 problems in bad\.yaml/],
  ["bad.yaml good.yaml", 2, /^good\.yaml: valid/, /2 problems in bad\.yaml/],
  [
    "good.yaml missing.yaml bad.yaml",
    2,
    /^good\.yaml: valid/,
    /missing\.yaml[^]*2 problems in bad/,
  ],
  ["broken.json", 2, /^$/, /error\[E105\][^]*broken\.json:1:24/],
  ["empty.yaml", 2, /^$/, /error\[E110\][^]*empty\.yaml/],
];

for (const [files, code, stdout, stderr] of VALIDATE) {
  Deno.test(`orch validate ${files} reports on each and exits ${code}`, async () => {
    await using project = newProject({
      "good.yaml": workflow({ id: "a", command: "true" }),
      "good.json": workflow({ id: "a", command: "true" }, { id: "b", command: "true" }),
      "bad.yaml":
        "name: x\njobs:\n  - id: a\n    comand: echo\n    timeout: -1\n    command: echo\n",
      "broken.json": '{"name": "x", "jobs": [}',
      "empty.yaml": "# nothing\n",
    });
    const result = await project.orch(["validate", ...files.split(" ")]);
    assertEquals(result.code, code, result.stderr);
    assertMatch(result.stdout, stdout);
    assertMatch(result.stderr, stderr);
    assertEquals(project.exists(".orch"), false);
  });
}

Deno.test("a file with problems is refused by run, analyze and validate in the same words", async () => {
  await using project = newProject({ "bad.yaml": "name: x\njobs:\n  - id: a\n    comand: echo\n" });
  const said: Finished[] = [];
  for (const command of ["run", "analyze", "validate"]) said.push(await ask(project, command));
  assertEquals(said[1], said[0]!);
  assertEquals(said[2], said[0]!);
  assertNotMatch(said[0]!.stderr, /bug in orch/);
});

async function ask(project: Project, command: string): Promise<Finished> {
  return await project.orch([command, "bad.yaml"]);
}
