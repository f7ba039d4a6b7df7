/** What a run needs of Deno, told from the plan alone. */
import type { RunPlaces } from "../../../executors/base/job_kind.ts";
import { needsOf } from "../../../executors/preflight/needs.ts";
import { checkAllowed } from "../../../executors/preflight/permissions.ts";
import { flagsFor, objectOf, type Permission } from "../../../lib/core/base/permission.ts";
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import type { Workflow } from "../../../lib/core/workflow/workflow.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeWorld } from "../../support/fake_world.ts";

const PLACES: RunPlaces = {
  workflowPath: "/work/w.yaml",
  baseDirectory: "/work",
  stateDirectory: "/work/.orch",
  outputPaths: [],
};

function parse(...jobs: readonly object[]): Workflow {
  return parseWith({}, jobs);
}

function parseWith(global_config: object, jobs: readonly object[]): Workflow {
  const parsed = parseWorkflow({ name: "w", global_config, jobs });
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function selectionOf(workflow: Workflow) {
  return { workflow, jobs: workflow.jobs, fileIndex: [...workflow.jobs.keys()] };
}

interface Setting {
  readonly inShells?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly places?: Partial<RunPlaces>;
  /** Whether what is optional counts. */
  readonly all?: boolean;
}

/** The flags for what this workflow needs beside its own file, folder and state. */
function flagsOf(workflow: Workflow, setting: Setting = {}): string {
  const world = new FakeWorld();
  for (const [name, value] of Object.entries(setting.variables ?? {})) {
    world.variables.set(name, value);
  }
  for (const path of setting.files ?? []) world.files.contents.set(path, "");
  const { needs } = needsOf(selectionOf(workflow), { ...PLACES, ...setting.places }, {
    world,
    inShells: setting.inShells ?? false,
  });
  const wanted = needs.filter(({ isOptional }) => setting.all || !isOptional);
  const usual = ["/work/w.yaml", "/work", "/work/.orch"];
  return flagsFor(
    wanted.map(({ permission }) => permission).filter((permission) =>
      !usual.includes(objectOf(permission) ?? "")
    ),
  ).map((flag) => flag.slice("--allow-".length)).join(" ");
}

/** Jobs, and what they need: directly, and in shells where that differs. */
const ROWS: readonly (readonly [object, direct: string, inShells?: string])[] = [
  [{ command: "make all" }, "run=make", ""],
  [{ command: "./tool x" }, "run=/work/tool", ""],
  [
    { command: "../bin/tool x", working_directory: "sub" },
    "read=/work/sub run=/work/sub/../bin/tool",
    "read=/work/sub",
  ],
  [{ command: "/bin/true", working_directory: "/else" }, "read=/else run=/bin/true", "read=/else"],
  [{ command: "make | tee" }, "run=sh", "run=sh"],
  [{ job_type: "python", command: "print(1)" }, "run=python3", ""],
  [
    { job_type: "python", command: "print(1)", environment: { ORCH_PYTHON: "pypy" } },
    "run=pypy",
    "",
  ],
  [{ job_type: "script", script_path: "a.sh" }, "read=/work/a.sh run=bash", "read=/work/a.sh"],
  [{ job_type: "script", script_path: "a.ts" }, "read=/work/a.ts run=deno", "read=/work/a.ts"],
  [
    { job_type: "script", script_path: "tool" },
    "read=/work/tool run=/work/tool",
    "read=/work/tool",
  ],
  [
    { job_type: "script", script_path: "beside.py", working_directory: "sub" },
    "read=/work/beside.py,/work/sub run=python3",
    "read=/work/beside.py,/work/sub",
  ],
  [{ job_type: "http", command: "https://example.com/x" }, "net=example.com:443"],
  [{ job_type: "http", command: "http://u:p@example.com:8080" }, "net=example.com:8080"],
  [{ job_type: "http", command: "http://[::1]/" }, "net=[::1]:80"],
  [{ job_type: "http", command: "http://${HOST}/$NOT" }, "env=HOST net=set.example:80"],
  [{ job_type: "http", command: "http://${HOST}/", environment: { HOST: "own" } }, "net=own:80"],
  [{ job_type: "http", command: "http://${GONE}/" }, "env=GONE"],
  [{ job_type: "http", command: "http://h:${GONE}/" }, "env=GONE"],
  [{ job_type: "http", command: "http://h/${GONE}?${TOO}" }, "env=GONE,TOO net=h:80"],
  [
    { job_type: "http", command: "${URL:-https://e.example}/${GONE}" },
    "env=GONE,URL net=e.example:443",
  ],
  [{ job_type: "http", command: "http://${GONE:-d.example}/" }, "env=GONE net=d.example:80"],
  [
    {
      job_type: "http",
      command: "http://h/",
      http: { method: "POST", headers: { A: "${KEY}" }, body: "${WHAT:-x} $PLAIN" },
    },
    "env=KEY,WHAT net=h:80",
  ],
  [
    { command: "make", environment: { A: "$B:${C:-d}:$$E", D: "plain" } },
    "env=B,C run=make",
    "env=B,C",
  ],
  [
    { command: "git x", conditions: { only_if_branch: "main" } },
    "env=CI_COMMIT_BRANCH,GITHUB_HEAD_REF,GITHUB_REF_NAME run=git",
  ],
  [
    { command: "make", enforce: "require", resource_limits: { max_memory_mb: 10 } },
    "run=make",
    "run=sh",
  ],
  [{ command: "make", resource_limits: { max_memory_mb: 10 } }, "run=make", ""],
];

for (const [job, direct, inShells = direct] of ROWS) {
  Deno.test(`needsOf() a job ${JSON.stringify(job)}`, () => {
    const workflow = parse({ id: "a", ...job });
    const setting: Setting = { variables: { HOST: "set.example" }, files: ["/work/beside.py"] };
    assertEquals(flagsOf(workflow, setting), direct);
    assertEquals(flagsOf(workflow, { ...setting, inShells: true }), inShells);
  });
}

Deno.test("needsOf() looks at the workflow's own variables once, and knows which ones it sets", () => {
  const workflow = parseWith({ environment: { PATH: "/opt/bin:$PATH", SET: "1" } }, [
    { id: "a", command: "make", environment: { X: "$SET $OTHER" } },
    { id: "b", command: "make" },
  ]);
  assertEquals(flagsOf(workflow), "env=OTHER,PATH run=make");
});

Deno.test("needsOf() names a program by its path where only the job's PATH leads to it", () => {
  const jobs = [{ id: "a", command: "tool" }, { id: "b", command: "git x" }];
  const workflow = parseWith({ environment: { PATH: "/opt/bin:$PATH" } }, jobs);
  const files = ["/opt/bin/tool", "/usr/bin/git", "/usr/bin/tool"];
  const variables = { PATH: "/bin:/usr/bin" };
  assertEquals(flagsOf(workflow, { variables, files }), "env=PATH run=/opt/bin/tool,git");
});

Deno.test("needsOf() counts what a run can do without as optional", () => {
  const workflow = parse(
    { id: "a", job_type: "python", command: "1", resource_limits: { max_memory_mb: 10 } },
    { id: "b", job_type: "http", command: "https://h/" },
  );
  const variables = { HTTPS_PROXY: "x", http_proxy: "y", PYTHONPATH: "z" };
  assertEquals(flagsOf(workflow, { variables }), "net=h:443 run=python3");
  assertEquals(
    flagsOf(workflow, { variables, all: true }),
    "env=FORCE_COLOR,HTTPS_PROXY,NO_COLOR,PYTHONPATH,TERM net=h:443 run=python3 sys=systemMemoryInfo",
  );
});

Deno.test("needsOf() lets a branch that is known be", () => {
  const workflow = parse({ id: "a", command: "make", conditions: { only_if_branch: "main" } });
  assertEquals(flagsOf(workflow, { variables: { GITHUB_REF_NAME: "main" } }), "run=make");
});

Deno.test("needsOf() reads and writes where the results go, and needs no file for standard input", () => {
  const places = { outputPaths: ["/out/r.json"], workflowPath: null };
  assertEquals(
    flagsOf(parse({ id: "a", command: "make" }), { places }),
    "read=/out write=/out run=make",
  );
});

Deno.test("needsOf() says which hosts it cannot know", () => {
  const workflow = parse({ id: "a", job_type: "http", command: "http://${GONE}/${TOO}" });
  const { unknownHosts } = needsOf(selectionOf(workflow), PLACES, {
    world: new FakeWorld(),
    inShells: false,
  });
  assertEquals(unknownHosts, [{ jobId: "a", variable: "GONE" }]);
});

// Before a run

/** What is refused where orch may do nothing but what `allowed` says. */
function refused(workflow: Workflow, allowed: (permission: Permission) => boolean): string[] {
  const world = new FakeWorld();
  world.may = allowed;
  world.processes.hasShell = () => allowed({ kind: "run", program: "sh" });
  return checkAllowed(selectionOf(workflow), PLACES, world).map(({ detail, place }) => {
    assert(detail.code === "E311");
    const where = "path" in place ? place.path.join(".") : place.at;
    const object = objectOf(detail.permission);
    return `${detail.use} ${detail.permission.kind} ${object} ${detail.jobIds.join()} ${where}`;
  });
}

const MIXED = [
  { id: "a", command: "make" },
  { id: "b", command: "make | cat" },
  { id: "c", command: "cat x; cat y" },
  { id: "d", job_type: "http", command: "http://h/${KEY}" },
];

Deno.test("checkAllowed() names each thing that is missing once, with all jobs that need it", () => {
  assertEquals(refused(parse(...MIXED), () => false), [
    "file read /work/w.yaml  nowhere",
    "folder read /work a,b,c,d jobs.0.working_directory",
    "state read /work/.orch  nowhere",
    "state write /work/.orch  nowhere",
    "shell run sh b,c jobs.1.command",
    "request net h:80 d jobs.3.command",
    "variable env KEY d jobs.3.command",
  ]);
});

Deno.test("checkAllowed() has nothing against a run that may do all it needs", () => {
  const workflow = parse(...MIXED);
  assertEquals(refused(workflow, () => true), []);
  const granted = ["/work/w.yaml", "/work", "/work/.orch", "sh", "h:80", "KEY"];
  assertEquals(refused(workflow, (wanted) => granted.includes(objectOf(wanted) ?? "")), []);
});

Deno.test("checkAllowed() asks for the programs where no job needs a shell", () => {
  const workflow = parse(MIXED[0]!, { id: "e", command: "git status" });
  const isFile = ({ kind }: Permission) => kind === "read" || kind === "write";
  assertEquals(refused(workflow, isFile), [
    "program run make a jobs.0.command",
    "program run git e jobs.1.command",
  ]);
});

Deno.test("checkAllowed() knows that a shell may be missing where everything is allowed, as on Windows", () => {
  const world = new FakeWorld();
  world.processes.hasShell = () => false;
  const found = checkAllowed(selectionOf(parse(...MIXED)), PLACES, world);
  assertEquals(found.map(({ detail }) => detail.code === "E311" && detail.use), ["shell"]);
});

Deno.test("needsOf() names the modules of plugins, and what orch hands on to them, at their places", () => {
  const permissions = {
    net: ["h:443"],
    read: ["data", "/srv"],
    write: true,
    env: ["X"],
    sys: ["uid"],
  };
  const plugins = [
    { type: "other", path: "o.ts", permissions: { run: ["rm"] } },
    { type: "greet", path: "./parts/greet.ts", permissions },
  ];
  const jobs = [{ id: "a", job_type: "greet" }, { id: "b", job_type: "greet" }];
  const parsed = parseWorkflow({ name: "w", plugins, jobs });
  assert(parsed.ok);
  assertEquals(
    flagsOf(parsed.value),
    "read=/srv,/work/data,/work/parts write env=X net=h:443 sys=uid",
  );
  const { needs } = needsOf(selectionOf(parsed.value), PLACES, {
    world: new FakeWorld(),
    inShells: true,
  });
  const own = needs.filter(({ use }) => use === "plugin" || use === "module");
  assertEquals(own.map(({ jobIds }) => jobIds.join()), own.map(() => "a,b"));
  assertEquals(own.map(({ place }) => "path" in place ? place.path.join("/") : ""), [
    "plugins/1/path",
    "plugins/1/permissions/net",
    "plugins/1/permissions/read",
    "plugins/1/permissions/read",
    "plugins/1/permissions/write",
    "plugins/1/permissions/env",
    "plugins/1/permissions/sys",
  ]);
});
