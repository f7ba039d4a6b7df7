/** `--env-file`: what reaches the jobs, what wins over it, and where its values never stand. */
import { assertEquals, assertMatch, assertNotMatch } from "../support/assert.ts";
import { newProject, type Project } from "../support/cli.ts";

const SECRET = "hunter2-and-more";

const WORKFLOW = JSON.stringify({
  name: "w",
  global_config: { environment: { FLOW: "flow", REF: "<$FILE>" } },
  jobs: [{
    id: "a",
    command: 'printf "%s|" "$FILE" "$FLOW" "$JOB" "$REF" "$OUTER" "$LINES" "$LATER"',
    environment: { JOB: "job" },
  }],
});

const FILES = {
  "w.yaml": WORKFLOW,
  "one.env": `FILE=${SECRET}\nFLOW=x\nJOB=x\nOUTER=x\nLINES="1\n2 'q' $(id)"\nLATER=1\n`,
  "two.env": "LATER=2\n",
};
const FLAGS = ["--env-file", "one.env", "--env-file", "two.env"];
const PRINTED = `${SECRET}|flow|job|<${SECRET}>|outer|1\n2 'q' $(id)|2|`;
const env = { OUTER: "outer" };

function stateFiles(project: Project): string {
  const [run] = project.list(".orch/runs");
  return project.list(`.orch/runs/${run}`).filter((name) => /\.jsonl?$/.test(name))
    .map((name) => project.read(`.orch/runs/${run}/${name}`)).join("\n");
}

Deno.test("--env-file gives jobs variables, beneath the environment, the workflow and the job", async () => {
  await using project = newProject(FILES);
  const { code, stderr } = await project.orch(["run", "w.yaml", "-o", "r.json", ...FLAGS], { env });
  assertEquals(code, 0, stderr);
  assertEquals(project.json("r.json").jobs["a"]!.stdout, PRINTED);
});

Deno.test("values of --env-file are not kept: a run that is gone on with gets them again", async () => {
  await using project = newProject(FILES);
  await project.orch(["run", "w.yaml", "-q", ...FLAGS], { env });
  assertNotMatch(stateFiles(project), new RegExp(SECRET));
  for (const [flags, printed] of [[FLAGS, PRINTED], [[], "|flow|job|<>|outer|||"]] as const) {
    const args = ["rerun", "last", "--only", "a", "-q", "-o", "r.json", ...flags];
    assertEquals((await project.orch(args, { env })).code, 0);
    assertEquals(project.json("r.json").jobs["a"]!.stdout, printed);
  }
});

Deno.test("variables of --env-file reach requests, python and plugins too", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.headers.get("x-token")),
  );
  await using project = newProject({
    "p.js": "export default { run: (_, { environment }) => console.log(environment.FILE) };",
    "one.env": `FILE=${SECRET}\nPORT=${server.addr.port}\nORCH_PYTHON=./py\n`,
    "w.yaml": JSON.stringify({
      name: "w",
      plugins: [{ type: "own", path: "p.js" }],
      jobs: [
        { id: "ask", job_type: "http", command: "http://127.0.0.1:${PORT}/" },
        { id: "own", job_type: "own" },
        { id: "py", job_type: "python", command: "print(1)" },
      ].map((job) =>
        job.id === "ask" ? { ...job, http: { headers: { "x-token": "${FILE}" } } } : job
      ),
    }),
  });
  project.write("py", "#!/bin/sh\necho our own python\n", 0o755);
  const { stderr } = await project.orch(["run", "w.yaml", "-o", "r.json", ...FLAGS.slice(0, 2)]);
  const { jobs } = project.json("r.json");
  assertEquals(jobs["ask"]!.stdout, SECRET, stderr);
  assertEquals(jobs["own"]!.stdout, `${SECRET}\n`);
  assertEquals(jobs["py"]!.stdout, "our own python\n");
});

Deno.test("mistakes in --env-file are told with their lines, without values, and nothing is started", async () => {
  await using project = newProject({
    ...FILES,
    "bad.env": `GOOD=1\n${SECRET}\n1BAD=${SECRET}\nOPEN="${SECRET}\n`,
  });
  const { code, stderr } = await project.orch(["run", "w.yaml", "--env-file", "bad.env"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^bad\.env:2: expected NAME=VALUE$/m);
  assertMatch(stderr, /^bad\.env:3: invalid variable name before '='/m);
  assertMatch(stderr, /^bad\.env:4: the value of OPEN starts with a quote that is never closed$/m);
  assertNotMatch(stderr, new RegExp(SECRET));
  assertEquals(project.exists(".orch"), false);
});

/** What `--env-file` is given, and what is said. */
const UNREADABLE: readonly (readonly [string, RegExp])[] = [
  ["none.env", /--env-file: Cannot read 'none\.env': no such file/],
  [".", /--env-file: Cannot read '\.': it is a folder/],
  ["latin1.env", /--env-file: Cannot read 'latin1\.env': /],
];

for (const [path, said] of UNREADABLE) {
  Deno.test(`orch run --env-file ${path} is refused before the run`, async () => {
    await using project = newProject({ ...FILES, "latin1.env": Uint8Array.of(65, 61, 0xe9, 10) });
    const { code, stderr } = await project.orch(["run", "w.yaml", "--env-file", path]);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  });
}
