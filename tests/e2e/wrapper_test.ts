/** `bin/orch` and the tasks of deno.json: the folder, the environment and the signals are those of the call. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, ROOT, testNeeding, workflow } from "../support/cli.ts";

const DENO = Deno.execPath();
const SHOW =
  "pwd; env | grep -E '^(INIT_CWD|ROOT|npm_config_user_agent|npm_lifecycle_event)=' || echo nothing";

interface Configuration {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
}

/** Each way in which sources are started, as shell text, before the words for orch. */
const WAYS: readonly (readonly [way: string, start: string, keepsEnvironment: boolean])[] = [
  ["bin/orch", `'${ROOT}/bin/orch' run`, true],
  ["deno task orch", `'${DENO}' task --quiet --config '${ROOT}/deno.json' orch run`, false],
  ["deno task run", `'${DENO}' task --quiet --config '${ROOT}/deno.json' run`, false],
];

function pathWithDeno(project: Project): string {
  project.write("tools/keep", "");
  Deno.symlinkSync(DENO, project.path("tools/deno"));
  return `${project.path("tools")}:${Deno.env.get("PATH")}`;
}

for (const [way, start, keepsEnvironment] of WAYS) {
  Deno.test(`${way}: the workflow is that of the folder of the call, whatever an outer npm says`, async () => {
    await using project = newProject({
      "here it's/w.yaml": workflow({ id: "mine", command: SHOW }),
      "elsewhere/w.yaml": workflow({ id: "other", command: "echo other" }),
    });
    const env = { PATH: pathWithDeno(project) };
    for (const outer of [{}, { INIT_CWD: project.path("elsewhere") }]) {
      const { code, stdout, stderr } = await project.shell(
        // What started the tests may have been npx, which sets them too.
        `unset ROOT npm_config_user_agent npm_lifecycle_event; ${
          "INIT_CWD" in outer ? "" : "unset INIT_CWD; "
        }` +
          `cd "here it's" && ${start} w.yaml -q -o -`,
        { env: { ...env, ...outer } },
      ).finished;
      assertEquals(code, 0, stderr);
      const inherited = keepsEnvironment && "INIT_CWD" in outer
        ? `INIT_CWD=${outer.INIT_CWD}`
        : "nothing";
      assertEquals(
        JSON.parse(stdout).jobs.mine.stdout,
        `${project.path("here it's")}\n${inherited}\n`,
      );
    }
  });
}

Deno.test("bin/orch becomes orch: a signal reaches it, and nothing stands in between", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "touch begun; sleep 77" }),
  });
  const env = { PATH: pathWithDeno(project) };
  const running = project.shell(`exec '${ROOT}/bin/orch' run w.yaml --grace 1`, { env });
  await project.waitForFile("begun");
  assertMatch(await Deno.readTextFile(`/proc/${running.pid}/cmdline`), /deno\0run\0/);
  running.signal("SIGTERM");
  assertEquals((await running.finished).code, 143);
});

Deno.test("bin/orch works by a link, by a relative path, and where its path has spaces", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const env = { PATH: pathWithDeno(project) };
  await Deno.mkdir(project.path("a b"));
  await Deno.symlink(ROOT, project.path("a b/che ck"));
  await Deno.symlink("a b/che ck/bin/orch", project.path("one"));
  await Deno.symlink("../one", project.path("a b/two"));
  for (const name of ["./one", "'./a b/two'", "'a b/che ck/bin/orch'", 'sh "a b/two"']) {
    const { code, stdout, stderr } = await project.shell(`${name} validate w.yaml`, { env })
      .finished;
    assertEquals([code, stdout], [0, "w.yaml: valid, 1 job\n"], `${name}: ${stderr}`);
  }
  const { stdout } = await project.shell('PATH="$PWD:$PATH"; one validate w.yaml', { env })
    .finished;
  assertStringIncludes(stdout, "valid");
});

Deno.test("bin/orch grants what the task orch grants, and says what it lacks", async () => {
  await using project = newProject();
  const script = await Deno.readTextFile(`${ROOT}/bin/orch`);
  const { tasks }: Configuration = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const flags = (text: string) => text.match(/--(?:no-prompt|(?:allow|deny)-\S+)/g);
  assertEquals(flags(script), flags(tasks["orch"]!.command));
  for (const version of ["2.9.4", "1.99.9", "2.8.99"]) {
    project.write("tools/deno", `#!/bin/sh\necho 'deno ${version} (stable, release)'\n`, 0o755);
    const { code, stderr } = await project.shell(
      `PATH='${project.path("tools")}' /bin/sh '${ROOT}/bin/orch'`,
    )
      .finished;
    assertEquals([code, stderr], [
      3,
      "orch: needs Deno 2.9.5 or newer, or npx, which comes with Node\n",
    ]);
  }
});

for (const version of ["2.9.5", "2.10.0", "3.0.0-rc.1"]) {
  testNeeding(["sh"], `bin/orch takes Deno ${version}`, async () => {
    await using project = newProject();
    const fake =
      `#!/bin/sh\n[ "$1" = --version ] && echo 'deno ${version}' || printf '%s\\n' "$@"\n`;
    project.write("tools/deno", fake, 0o755);
    const { stdout } = await project.shell(
      `PATH='${project.path("tools")}' /bin/sh '${ROOT}/bin/orch' 'a b' '*'`,
    ).finished;
    assertMatch(stdout, /^run\n--config\n[^]*\/main\.ts\na b\n\*\n$/);
  });
}
