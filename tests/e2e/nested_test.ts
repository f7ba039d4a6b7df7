/** An orch that is itself a job of another: its jobs are the other's too, whoever of the two is dead. */
import { assert, assertEquals } from "../support/assert.ts";
import { eventually, newProject, type Project, type Running } from "../support/cli.ts";
import { pastEcho } from "../support/echo.ts";
import { FILES_AND_VARIABLES } from "../support/narrow.ts";
import { ENTRY } from "../support/under_test.ts";

const GRACE_SECONDS = 0.3;
/** That of the inner run, which must not be waited for. */
const INNER_GRACE = "60";

const STUBBORN = `
name: inner
jobs:
  - {id: ignores, command: "trap '' TERM; sleep 71; sleep 71"}
  - {id: daemon, command: "setsid sh -c 'trap \\"\\" TERM; sleep 72; sleep 72' & sleep 71"}
`;

/** What Deno lets orch do: with everything control groups hold what is inside, else only cookies do. */
const PERMISSIONS = [
  { name: "all permissions", flags: ["--allow-all"] },
  {
    name: "no look at processes",
    flags: [...FILES_AND_VARIABLES, "--allow-run", "--allow-sys=systemMemoryInfo,uid"],
  },
] as const;

/** Starts a run whose one job is a run of `inner.yaml`; `before` comes before that in its command. */
function startNested(
  project: Project,
  { flags, before = "", grace = GRACE_SECONDS }: {
    readonly flags: readonly string[];
    readonly before?: string;
    readonly grace?: number;
  },
): Running {
  const run = `"$DENO" run --no-prompt ${flags.join(" ")} ${ENTRY} run --no-live`;
  project.write(
    "outer.yaml",
    JSON.stringify({
      name: "outer",
      jobs: [{ id: "inner", command: `${before}${run} inner.yaml --grace ${INNER_GRACE}` }],
    }),
  );
  return project.shell(`exec ${run} outer.yaml --grace ${grace}`, {
    env: { DENO: Deno.execPath() },
  });
}

/** What happens to an outer run whose inner run is under way. */
const ENDS: Readonly<Record<string, (outer: Running, project: Project) => Promise<void>>> = {
  "after kill -9 of both": (outer, project) => {
    const [inner] = project.pids(/(main\.ts|\.js) run .*inner\.yaml/);
    for (const pid of [outer.pid!, inner!]) Deno.kill(pid, "SIGKILL");
    return Promise.resolve();
  },
  "after kill -9 of the outer": (outer) => {
    Deno.kill(outer.pid!, "SIGKILL");
    return Promise.resolve();
  },
  "once its grace is over": (outer) => {
    outer.signal("SIGTERM");
    return Promise.resolve();
  },
  "after a second Ctrl-C": async (outer) => {
    outer.signal("SIGINT");
    await outer.stderr.waitFor(/stop +inner/);
    await pastEcho();
    outer.signal("SIGINT");
  },
};

for (const { name, flags } of PERMISSIONS) {
  for (const [when, end] of Object.entries(ENDS)) {
    Deno.test(`with ${name} nothing of a run within a run is alive ${when}`, async () => {
      await using project = newProject({ "inner.yaml": STUBBORN });
      const outer = startNested(project, { flags, before: "exec " });
      await eventually(() => project.processes().includes("sleep 72"), "the inner daemon");
      const endedAt = performance.now();
      await end(outer, project);
      await outer.finished;
      await eventually(() => project.processes().length === 0, "the end of all processes");
      const seconds = (performance.now() - endedAt) / 1000;
      assert(seconds < GRACE_SECONDS + 2, `gone after ${seconds} s`);
    });
  }
}

const TIDY = `
name: inner
jobs:
  - id: tidy
    command: |
      trap 'echo heard >>heard; sleep 0.05; sleep 0.05; echo cleaned >>heard; exit 5' TERM
      : >ready
      while :; do sleep 0.02; done
`;

for (const { name, flags } of PERMISSIONS) {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    Deno.test(`with ${name} a job of an inner run is asked once, and may clean up, when the outer gets ${signal}`, async () => {
      await using project = newProject({ "inner.yaml": TIDY });
      // The shell of the outer job ends at once, before the inner run has.
      const outer = startNested(project, { flags, before: ":; ", grace: 10 });
      await project.waitForFile("ready");
      Deno.kill(outer.pid!, signal);
      await outer.finished;
      await eventually(() => project.processes().length === 0, "the end of all processes");
      assertEquals(project.read("heard"), "heard\ncleaned\n");
    });
  }
}
