/**
 * `orch permissions`: the command line that it prints runs the workflow, and does not with anything
 * less. And a run that lacks a permission says so before it starts, and never asks the user.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, testNeeding, workflow } from "../support/cli.ts";
import { ENTRY } from "../support/under_test.ts";
import { Terminal } from "../support/terminal.ts";

/** A workflow, and what its command line has to list. */
interface Case {
  readonly programs: readonly string[];
  readonly jobs: readonly object[];
  readonly flags: Readonly<Record<string, string>>;
  readonly global?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: string;
  /** What the job `a` prints. */
  readonly prints: string;
  readonly notes?: RegExp;
}

const BRANCH = "CI_COMMIT_BRANCH,GITHUB_HEAD_REF,GITHUB_REF_NAME";

/** `env` beside what decides how the screen looks. */
const CASES: Readonly<Record<string, Case>> = {
  "plain commands": {
    programs: [],
    jobs: [{ id: "a", command: "echo one" }, { id: "b", command: "ls w.yaml" }],
    flags: { read: ".", write: ".orch", run: "echo,ls" },
    prints: "one\n",
  },
  "a program of the project, in another folder": {
    programs: [],
    jobs: [{ id: "a", command: "./say it", working_directory: "my tools" }],
    files: { "my tools/say": "#!/bin/sh\necho said $1\n" },
    flags: { read: ".orch,my tools,w.yaml", write: ".orch", run: "./my tools/say" },
    prints: "said it\n",
  },
  "a file in a folder": {
    programs: [],
    file: "flows/w.yaml",
    jobs: [{ id: "a", command: "pwd" }],
    flags: { read: "flows", write: "flows/.orch", run: "pwd" },
    prints: "<folder>/flows\n",
  },
  "shell text": {
    programs: [],
    jobs: [{ id: "a", command: "echo one | tr o 0" }, { id: "b", command: "true" }],
    flags: { read: ".", write: ".orch", run: "sh" },
    prints: "0ne\n",
    notes: /^note: job 'a' can only run in sh, /,
  },
  "scripts and Python": {
    programs: ["python3"],
    jobs: [
      { id: "a", job_type: "python", command: "print(6 * 7)" },
      { id: "b", job_type: "script", script_path: "s.sh" },
    ],
    files: { "s.sh": "echo script\n" },
    flags: { read: ".", write: ".orch", run: "bash,python3" },
    prints: "42\n",
  },
  "variables": {
    programs: [],
    jobs: [{ id: "a", command: "printenv MADE", environment: { MADE: "${GIVEN}-${COMMON}" } }],
    global: { environment: { COMMON: "c$OUTER" } },
    env: { GIVEN: "g", OUTER: "o" },
    flags: { read: ".", write: ".orch", env: "GIVEN,OUTER", run: "printenv" },
    prints: "g-co\n",
  },
  "a branch that git knows": {
    programs: ["git"],
    jobs: [{ id: "a", command: "echo main", conditions: { only_if_branch: "main" } }],
    files: { ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/x": "", ".git/refs/x": "" },
    flags: { read: ".", write: ".orch", env: BRANCH, run: "echo,git" },
    prints: "main\n",
  },
  "memory": {
    programs: [],
    jobs: [{ id: "a", command: "echo small", resource_limits: { max_memory_mb: 50 } }],
    flags: { read: ".", write: ".orch", run: "echo", sys: "systemMemoryInfo" },
    prints: "small\n",
    notes: /^note: job 'a' can only be held to limits in a shell/,
  },
  "a PATH of the workflow's own": {
    programs: [],
    jobs: [{ id: "a", command: "mine x" }, { id: "b", command: "ls" }],
    global: { environment: { PATH: "<folder>/bin:$PATH" } },
    files: { "bin/mine": "#!/bin/sh\necho mine $1\n" },
    flags: { read: ".", write: ".orch", env: "PATH", run: "./bin/mine,ls" },
    prints: "mine x\n",
  },
};

/** The words of the command line for a workflow. */
interface CommandLine {
  readonly flags: readonly string[];
  readonly end: readonly string[];
}

async function commandLineOf(project: Project, { env = {}, file = "w.yaml" }: Partial<Case>) {
  const { code, stdout, stderr } = await project.orch(["permissions", file], { env });
  assertEquals(code, 0, stderr);
  const json = await project.orch(["permissions", file, "--json"], { env });
  const { command } = JSON.parse(json.stdout) as { command: string[] };
  const [deno, run, noPrompt, ...words] = command;
  assertEquals([deno, run, noPrompt], ["deno", "run", "--no-prompt"]);
  const flags = words.filter((word) => word.startsWith("--allow-"));
  return { printed: stdout, notes: stderr, flags, end: words.slice(flags.length) };
}

/** Runs shell text in which `deno` is the running one, in the folder of the project. */
async function shell(project: Project, text: string, env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `it=$1; deno() { "$it" "$@"; }; ${text}`, "sh", Deno.execPath()],
    cwd: project.folder,
    clearEnv: true,
    env: project.environment(env),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function runWith(
  project: Project,
  { flags, end }: CommandLine,
  env?: Readonly<Record<string, string>>,
) {
  const words = ["deno", "run", "--no-prompt", ...flags, ...end];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return await shell(project, quoted.join(" ").replace(/^'deno'/, "deno"), env);
}

/** What the job `a` of the only run printed. */
function printed(project: Project, folder: string): string {
  const [runId] = project.list(`${folder}.orch/runs`);
  return project.read(`${folder}.orch/runs/${runId}/jobs/a.1.out`);
}

/** The flags without one value of a list, for each value that is not about the screen. */
function* weakened(flags: readonly string[]): Iterable<{ flags: string[]; without: string }> {
  for (const [i, flag] of flags.entries()) {
    const [name, list = ""] = flag.split("=");
    if (name === "--allow-sys") continue;
    for (const value of list.split(",")) {
      if (SCREEN.includes(value)) continue;
      const left = list.split(",").filter((other) => other !== value).join(",");
      const others = flags.filter((_, k) => k !== i);
      yield { flags: left === "" ? others : [...others, `${name}=${left}`], without: value };
    }
  }
}

/** Without any one value of its flags, the command line is refused for want of it. */
async function refuseWithLess(
  project: Project,
  { flags, end }: CommandLine,
  env?: Readonly<Record<string, string>>,
): Promise<void> {
  await Promise.all([...weakened(flags)].map(async (less) => {
    const { code, stderr } = await runWith(project, { flags: less.flags, end }, env);
    assertEquals(code, 2, `without ${less.without}: ${stderr}`);
    assertMatch(stderr, /error\[E311\]/);
  }));
}

const SCREEN = ["FORCE_COLOR", "NO_COLOR", "TERM"];

for (const [name, item] of Object.entries(CASES)) {
  testNeeding(
    item.programs,
    `orch permissions prints what runs ${name}, and nothing less does`,
    async () => {
      await using project = newProject();
      const here = (text: string) => text.replaceAll("<folder>", project.folder);
      const { file = "w.yaml", files = {}, global = {}, jobs, env } = item;
      project.write(file, here(JSON.stringify({ name: "w", global_config: global, jobs })));
      for (const [path, content] of Object.entries(files)) project.write(path, content, 0o755);

      const line = await commandLineOf(project, item);
      const wanted = Object.entries({ ...item.flags, env: envOf(item.flags) })
        .map(([kind, list]) => `--allow-${kind}=${list}`);
      assertEquals(line.flags.toSorted(), wanted.toSorted());
      assertMatch(line.notes, item.notes ?? /^$/);

      const folder = file.slice(0, file.lastIndexOf("/") + 1);
      await refuseWithLess(project, line, env);
      assert(!project.exists(`${folder}.orch`), "something was begun");
      const { code, stderr } = await shell(project, line.printed, env);
      assertEquals(code, 0, stderr);
      assertEquals(printed(project, folder), here(item.prints));
    },
  );
}

function envOf({ env }: Case["flags"]): string {
  return [...SCREEN, ...(env?.split(",") ?? [])].toSorted().join(",");
}

Deno.test("orch permissions prints what runs a request, and nothing less does", async () => {
  const keys: (string | null)[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ headers }) => {
      keys.push(headers.get("x-key"));
      return new Response("answered");
    },
  );
  await using project = newProject({
    "w.yaml": workflow({
      id: "a",
      job_type: "http",
      command: "http://${HOST}/x",
      http: { headers: { "X-Key": "${KEY}" } },
    }),
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const env = { HOST: host, KEY: "secret" };
  const line = await commandLineOf(project, { env });
  assertStringIncludes(line.printed, `--allow-net=${host} \\\n`);
  assert(!line.printed.includes("secret") && !line.printed.includes("--allow-run"), line.printed);
  await refuseWithLess(project, line, env);
  const { code, stderr } = await shell(project, line.printed, env);
  assertEquals([code, printed(project, "")], [0, "answered"], stderr);
  assertEquals(keys, ["secret"]);

  const unknown = await project.orch(["permissions", "w.yaml"]);
  assertMatch(unknown.stderr, /^note: job 'a' sends a request to a host that depends on HOST,/);
  assert(!unknown.stdout.includes("--allow-net"), unknown.stdout);
});

Deno.test("orch permissions needs no more than to read the file", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "git status" }) });
  const command = `deno run --no-prompt --allow-read=w.yaml '${ENTRY}' permissions`;
  const { code, stdout, stderr } = await shell(project, `${command} w.yaml`);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "--allow-run=git");
  const refused = await shell(project, `${command} other.yaml`);
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /E311.*other\.yaml.*\n.*\n.*help: add --allow-read=\S*other\.yaml;/);
});

Deno.test("orch permissions reports what is wrong with the file, and takes it from standard input", async () => {
  await using project = newProject({ "bad.yaml": "name: x\njobs: []\n" });
  const bad = await project.orch(["permissions", "bad.yaml"]);
  assertEquals([bad.code, bad.stdout], [2, ""]);
  assertMatch(bad.stderr, /E210/);
  const stdin = workflow({ id: "a", command: "make" });
  const piped = await project.orch(["permissions", "-"], { stdin });
  assertMatch(piped.stdout, /--allow-read=\. [^]* run -\n$/);
});

Deno.test("orch permissions keeps to the folder for state that the environment names", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "echo x" }) });
  const env = { ORCH_STATE_DIR: `${project.folder}/state` };
  const line = await commandLineOf(project, { env });
  assertStringIncludes(line.printed, "--allow-write=state \\\n");
  const { code, stderr } = await shell(project, line.printed, env);
  assertEquals(
    [code, project.exists("state/runs"), project.exists(".orch")],
    [0, true, false],
    stderr,
  );
});

Deno.test("a results file that orch may not write is refused before the run", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "echo x" }) });
  const line = await commandLineOf(project, {});
  const end = [...line.end, "-o", "out/r.json"];
  project.write("out/keep", "");
  const refused = await runWith(project, { flags: line.flags, end });
  assertEquals([refused.code, project.exists(".orch")], [2, false]);
  const flag = /help: add (--allow-write=\S+)/.exec(refused.stderr)?.[1];
  assertEquals(flag, `--allow-write=${project.folder}/out`);
  const { code, stderr } = await runWith(project, { flags: [...line.flags, flag!], end });
  assertEquals([code, project.exists("out/r.json")], [0, true], stderr);
});

// On a terminal, where Deno would ask

const NEEDY = {
  "w.yaml": workflow(
    { id: "a", command: "echo one", resource_limits: { max_memory_mb: 10 } },
    { id: "b", command: "make", conditions: { only_if_branch: "main" } },
    { id: "c", job_type: "http", command: "http://127.0.0.1:9/${KEY:-x}" },
    { id: "d", job_type: "script", script_path: "s.sh", environment: { A: "$HOME" } },
  ),
  "s.sh": "",
};

for (const flags of ["", "--allow-read=w.yaml", "--allow-read --allow-write"]) {
  testNeeding(
    ["tmux"],
    `orch run with ${flags || "nothing"} allowed refuses, and asks nothing`,
    async () => {
      await using project = newProject(NEEDY);
      await using terminal = await Terminal.open(project, { columns: 200, rows: 50 });
      const deno = `'${Deno.execPath()}' run ${flags} '${ENTRY}'`;
      await terminal.type(`${deno} run w.yaml -o r.json -C .; echo "code $?"`);
      await terminal.waitFor(/code \d/);
      const screen = await terminal.scrollback();
      assertMatch(screen, /code 2/);
      assert(!/Allow|requests/.test(screen), screen);
      assertMatch(screen, /error\[E311\]/);
      assert(!project.exists(".orch"));
    },
  );
}

testNeeding(
  ["tmux", "python3"],
  "orch run with just what it needs asks nothing on a terminal",
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("answered"),
    );
    const host = `127.0.0.1:${server.addr.port}`;
    await using project = newProject({
      "plain.yaml": workflow(
        {
          id: "a",
          command: "echo one",
          resource_limits: { max_memory_mb: 10, max_cpu_percent: 50 },
        },
        { id: "b", job_type: "python", command: "print(1)" },
        { id: "c", job_type: "http", command: `http://${host}/` },
        { id: "d", command: "sleep 60", timeout: 0.2 },
      ),
      "shell.yaml": workflow(
        { id: "a", command: "echo one | cat", resource_limits: { max_memory_mb: 10 } },
        { id: "b", job_type: "python", command: "print(1)" },
        { id: "d", command: "sleep 60 & sleep 60", timeout: 0.2 },
      ),
    });
    await using terminal = await Terminal.open(project, { columns: 200, rows: 50 });
    const program = `'${ENTRY}' run`;
    const files = "--allow-read=. --allow-write=.orch";
    const plain = `${files} --allow-net=${host} --allow-run=echo,python3,sleep`;
    await terminal.type(`'${Deno.execPath()}' run ${plain} ${program} plain.yaml; echo "code $?"`);
    await terminal.waitFor(/code \d/);
    const shelled = `${files} --allow-run=sh`;
    await terminal.type(`'${Deno.execPath()}' run ${shelled} ${program} shell.yaml; echo "end $?"`);
    await terminal.waitFor(/end \d/);
    const screen = await terminal.scrollback();
    assertMatch(screen, /✔ 3 succeeded[^]*code 1[^]*✔ 2 succeeded[^]*end 1/);
    assert(!/Allow|requests/.test(screen), screen);
  },
);

testNeeding(
  ["tmux"],
  "what looks around for runs and at the machine asks nothing on a terminal",
  async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "false" }) });
    await using terminal = await Terminal.open(project, { columns: 200, rows: 50 });
    const flags = "--allow-read=. --allow-write=.orch --allow-run=false";
    await terminal.type(
      `orch() { '${Deno.execPath()}' run ${flags} '${ENTRY}' "$@"; }; orch`,
    );
    await terminal.waitFor(/Commands:/);
    await terminal.type("clear; orch resume; orch history; orch doctor; orch run w.yaml; echo one");
    await terminal.waitFor(/^one$/m);
    await terminal.type(
      "orch resume; orch rerun last --failed; orch show last; orch doctor; echo two",
    );
    await terminal.waitFor(/^two$/m);
    const screen = await terminal.scrollback();
    assertMatch(screen, /No run is unfinished[^]*resumed[^]*2 attempts/);
    assert(!/Allow\?|requests/.test(screen), screen);
  },
);
