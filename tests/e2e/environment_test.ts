/** What a job finds around itself: variables, and the folder it is in. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

/** What orch, the workflow and the job say about a variable, and what the job sees. */
const LAYERS: readonly {
  readonly name: string;
  readonly outer?: Record<string, string>;
  readonly global?: Record<string, string | number | boolean>;
  readonly job?: Record<string, string | number | boolean>;
  readonly print: string;
  readonly expected: string;
}[] = [
  { name: "inherited", outer: { A: "1" }, print: "$A", expected: "1" },
  {
    name: "the workflow's wins over the inherited",
    outer: { A: "1" },
    global: { A: "2" },
    print: "$A",
    expected: "2",
  },
  {
    name: "the job's wins over the workflow's",
    global: { A: "2" },
    job: { A: "3" },
    print: "$A",
    expected: "3",
  },
  { name: "a reference", outer: { A: "1" }, job: { B: "x$A.${A}" }, print: "$B", expected: "x1.1" },
  { name: "a default", job: { B: "${NOT_THERE:-fallback}" }, print: "$B", expected: "fallback" },
  {
    name: "a default for an empty one",
    outer: { A: "" },
    job: { B: "${A:-f}" },
    print: "$B",
    expected: "f",
  },
  { name: "an unset one without default", job: { B: "[$NOT_THERE]" }, print: "$B", expected: "[]" },
  { name: "$$ is a dollar", job: { B: "$$A costs $5" }, print: "$B", expected: "$A costs $5" },
  {
    name: "a value is never shell text",
    job: { B: "$(echo no) `echo no` ; x" },
    print: "$B",
    expected: "$(echo no) `echo no` ; x",
  },
  {
    name: "a variable that adds to itself",
    outer: { A: "1" },
    global: { A: "2:$A" },
    job: { A: "3:$A" },
    print: "$A",
    expected: "3:2:1",
  },
  {
    name: "PATH can be added to",
    job: { PATH: "/opt/none:$PATH" },
    print: "${PATH%%:*}",
    expected: "/opt/none",
  },
  {
    name: "numbers and booleans are text",
    job: { N: 8080, T: true },
    print: "$N $T",
    expected: "8080 true",
  },
  {
    name: "the empty text",
    outer: { A: "1" },
    job: { A: "" },
    print: "[${A-unset}]",
    expected: "[]",
  },
  { name: "the job's id", print: "$ORCH_JOB_ID", expected: "only" },
  { name: "the attempt", print: "$ORCH_ATTEMPT", expected: "1" },
];

for (const { name, outer, global, job, print, expected } of LAYERS) {
  Deno.test(`environment: ${name}`, async () => {
    await using project = newProject({
      "w.yaml": JSON.stringify({
        name: "n",
        ...(global && { global_config: { environment: global } }),
        jobs: [{ id: "only", command: `printf %s "${print}"`, ...(job && { environment: job }) }],
      }),
    });
    const args = ["run", "w.yaml", "-q", "-o", "r.json"];
    const { code, stderr } = await project.orch(args, outer ? { env: outer } : {});
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(project.json("r.json").jobs["only"]!.stdout, expected);
  });
}

Deno.test("ORCH_RUN_ID is the id of the results, and ORCH_ATTEMPT counts", async () => {
  await using project = newProject();
  const results = await project.results([{
    id: "a",
    command: 'echo "$ORCH_RUN_ID $ORCH_ATTEMPT"; test $ORCH_ATTEMPT = 3',
    retry_config: { max_attempts: 3, initial_delay: 0.01 },
  }]);
  assertMatch(results.execution_id, /^\d{8}-\d{6}-\w{4}$/);
  assertEquals(results.jobs["a"]!.stdout, `${results.execution_id} 3\n`);
});

Deno.test("variables that mean something to a shell are only handed on", async () => {
  await using project = newProject();
  const environment = {
    ...{
      IFS: "/",
      CDPATH: "/",
      OPTIND: "7",
      PWD: "/nowhere",
      ENV: "./no",
      PS4: "$(exit 1)",
      _: "x",
      ...{ UID: "5", EUID: "6", PPID: "7", SHELLOPTS: "xtrace", BASHOPTS: "x", RANDOM: "8" },
    },
    ...{ LANG: "C", HOME: "/h", HTTP_PROXY: "", a: "lower", QUOTES: 'it\'s "x"\n`y` $$z \\' },
  };
  const { jobs } = await project.results([
    { id: "shell", command: 'echo "$HOME $a"; pwd; printf %s "$QUOTES"', environment },
    { id: "program", command: "env", environment },
  ]);
  const quotes = 'it\'s "x"\n`y` $z \\';
  assertEquals(jobs["shell"]!.stdout, `/h lower\n${project.folder}\n${quotes}`);
  const seen = jobs["program"]!.stdout.split("\n");
  for (const [name, value] of Object.entries({ ...environment, QUOTES: 'it\'s "x"' })) {
    assertEquals(seen.filter((entry) => entry.startsWith(`${name}=`)), [`${name}=${value}`]);
  }
});

Deno.test("the program hands its own environment on to its jobs", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: 'echo "$ORCH_TEST_WORD"' }),
  });
  const env = { ORCH_TEST_WORD: "through" };
  await project.spawn(["run", "w.yaml", "-q", "-o", "r.json"], { env }).finished;
  assertEquals(project.json("r.json").jobs["a"]!.stdout, "through\n");
});

/** The working directory in the file, and where the job is, below the project. */
const FOLDERS: readonly (readonly [string | undefined, string])[] = [
  [undefined, "/flows"],
  [".", "/flows"],
  ["./sub", "/flows/sub"],
  ["sub/../sub/deep", "/flows/sub/deep"],
  ["..", ""],
  ["with space", "/flows/with space"],
];

for (const [folder, expected] of FOLDERS) {
  Deno.test(`working_directory ${folder} is relative to the workflow file`, async () => {
    await using project = newProject({
      "flows/sub/deep/x": "",
      "flows/with space/x": "",
      "elsewhere/x": "",
      "flows/w.yaml": workflow({
        id: "a",
        command: "pwd -P",
        ...(folder !== undefined && { working_directory: folder }),
      }),
    });
    await project.orch(["run", "flows/w.yaml", "-q", "-o", "r.json"]);
    assertEquals(project.json("r.json").jobs["a"]!.stdout, `${project.folder}${expected}\n`);
  });
}

Deno.test("a working directory that is not there fails the job, and names the folder", async () => {
  await using project = newProject();
  const { jobs } = await project.results([
    { id: "a", command: "pwd", working_directory: "no/such" },
    { id: "b", command: "pwd", working_directory: "w.yaml" },
    { id: "made", command: "pwd", working_directory: "later", dependencies: ["make"] },
    { id: "make", command: "mkdir later" },
  ]);
  const path = (name: string) => `working directory '${project.path(name)}' does not exist`;
  assertEquals(jobs["a"]!.error_message, path("no/such"));
  assertEquals(jobs["b"]!.error_message, path("w.yaml"));
  assertEquals(jobs["made"]!.status, "success");
});
