/** `--format`: problems of files for people, for programs and for GitHub. */
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

const FILES = {
  "bad.yaml": "name: x\njobs:\n  - id: build\n    comand: make\n",
  "good.yaml": workflow({ id: "a", command: "true" }, { id: "b", command: "true" }),
};

const ANNOTATION = "::error file=bad.yaml,line=4,col=5,endColumn=11,title=E202::" +
  "Unknown key 'comand' in the job (did you mean 'command'?)\n";

Deno.test("orch validate --format json is one document about all files", async () => {
  await using project = newProject(FILES);
  const { code, stdout, stderr } = await project.orch(
    ["validate", "good.yaml", "bad.yaml", "missing.yaml", "--format", "json"],
  );
  assertEquals({ code, stderr }, { code: 2, stderr: "" });
  const { schema, valid, files } = JSON.parse(stdout);
  assertEquals([schema, valid], ["orch.diagnostics/v1", false]);
  const brief = files.map(
    (one: { file: string; valid: boolean; jobs: number; problems: { code: string }[] }) => [
      one.file,
      one.valid,
      one.jobs,
      one.problems.map(({ code }) => code),
    ],
  );
  assertEquals(brief, [
    ["good.yaml", true, 2, []],
    ["bad.yaml", false, null, ["E202"]],
    ["missing.yaml", false, null, ["E101"]],
  ]);
  const good = await project.orch(["validate", "good.yaml", "--format=json"]);
  assertEquals([good.code, JSON.parse(good.stdout).valid], [0, true]);
});

Deno.test("orch validate --format github prints annotations on stdout", async () => {
  await using project = newProject(FILES);
  const result = await project.orch(["validate", "good.yaml", "bad.yaml", "--format", "github"]);
  assertEquals(result, {
    code: 2,
    stdout: `good.yaml: valid, 2 jobs\n${ANNOTATION}`,
    stderr: "",
  });
});

Deno.test("in GitHub Actions annotations come with the text, unless text is asked for", async () => {
  await using project = newProject(FILES);
  const env = { GITHUB_ACTIONS: "true" };
  for (const command of ["validate", "run", "analyze"]) {
    const { code, stdout, stderr } = await project.orch([command, "bad.yaml"], { env });
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertStringIncludes(stderr, "= help: did you mean 'command'?");
    assert(stderr.endsWith(ANNOTATION), stderr);
  }
  const text = await project.orch(["validate", "bad.yaml", "--format", "text"], { env });
  assertEquals(text.stderr.includes("::error"), false);
});

Deno.test("orch resume and rerun have the same formats for a file that has changed since", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "exit 1" }) });
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  project.write("w.yaml", FILES["bad.yaml"]);
  const mend = "Fix the file, or continue with the original plan: --as-planned\n";
  const annotation = ANNOTATION.replace("bad.yaml", "w.yaml");
  for (const command of [["resume", "last"], ["rerun", "last", "--failed"]]) {
    const github = await project.orch([...command, "--format", "github"]);
    assertEquals(github, { code: 2, stdout: annotation, stderr: mend });
    const json = await project.orch([...command, "--format", "json"]);
    assertEquals([json.code, json.stderr], [2, mend]);
    const [{ file, problems }] = JSON.parse(json.stdout).files;
    assertEquals([file, problems[0].code], ["w.yaml", "E202"]);
    const text = await project.orch(command, { env: { GITHUB_ACTIONS: "true" } });
    assertStringIncludes(text.stderr, "\n --> w.yaml:4:5\n");
    assert(text.stderr.endsWith(annotation + mend), text.stderr);
  }
  // What the file says is right, and this machine cannot do it.
  project.write(
    "w.yaml",
    JSON.stringify({
      name: "test",
      global_config: { resource_limits: { max_memory_mb: 10 } },
      jobs: [{ id: "a", command: "true", resource_limits: { max_memory_mb: 20 } }],
    }),
  );
  const { code, stdout } = await project.orch(["resume", "last", "--format", "json"]);
  assertEquals([code, JSON.parse(stdout).files[0].problems.length], [2, 1], stdout);
});

Deno.test("orch run has the same formats for what keeps it from running", async () => {
  await using project = newProject(FILES);
  const github = await project.orch(["run", "bad.yaml", "--format", "github"]);
  assertEquals(github, { code: 2, stdout: ANNOTATION, stderr: "" });
  const json = await project.orch(["run", "good.yaml", "--only", "c", "--format", "json"]);
  assertEquals([json.code, json.stderr], [2, ""]);
  assertEquals(JSON.parse(json.stdout).files[0].problems[0].code, "E401");
  assertEquals(project.exists(".orch"), false);
});

Deno.test("annotations name files as the repository does, wherever orch stands in it", async () => {
  await using project = newProject({ "ci/bad.yaml": FILES["bad.yaml"] });
  const seenFrom = async (root: string) => {
    const env = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: root };
    return (await project.orch(["run", "ci/../ci/bad.yaml"], { env })).stderr;
  };
  const inRepository = await seenFrom(project.folder);
  assert(inRepository.endsWith(ANNOTATION.replace("bad", "ci/bad")), inRepository);
  const inFolder = await seenFrom(project.path("ci"));
  assert(inFolder.endsWith(ANNOTATION), inFolder);
});
