/** Whatever a job does to hide what it starts, and whatever the shell is: it is ended with the run. */
import { FILES_AND_VARIABLES } from "../support/narrow.ts";
import { ENTRY } from "../support/under_test.ts";
import { assertEquals } from "../support/assert.ts";
import { eventually, newProject, type Project, testNeeding, workflow } from "../support/cli.ts";
import { isAlive } from "../support/families.ts";
import {
  HIDING,
  HIDING_PROGRAMS,
  hidingAtOnce,
  newTag,
  type Shell,
  shellFolder,
  SHELLS,
  tagged,
} from "../support/hiding.ts";

/** A project whose `sh` is this shell, with a job of each kind that has such a command. */
function projectOf(shell: Shell, commandOf: (kind: string) => string | null) {
  const tag = newTag();
  const jobs = Object.keys(HIDING).flatMap((kind, i) => {
    const command = commandOf(kind)?.replaceAll("TAG", tag);
    return command === undefined ? [] : [{ id: `j${i}`, command }];
  });
  const project = newProject({ "w.yaml": workflow(...jobs) });
  const path = `${shellFolder(shell, project.folder)}:${Deno.env.get("PATH")}`;
  return { project, tag, count: jobs.length, env: { PATH: path } };
}

/** What of a tag is left after a while, as command lines. */
async function leftOf(tag: string): Promise<string[]> {
  const giveUpAt = Date.now() + 4_000;
  while (tagged(tag).length > 0 && Date.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return tagged(tag).map((pid) => {
    const line = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
    Deno.kill(pid, "SIGKILL");
    return line;
  });
}

/** Without all permissions there are no control groups, which would find everything. */
const NARROW = [
  Deno.execPath(),
  "run",
  "--no-prompt",
  ...FILES_AND_VARIABLES,
  "--allow-run",
  ENTRY,
];

const begin = (project: Project, count: number, env: Record<string, string>) => {
  const run = ["run", "w.yaml", "-c", String(count), "--grace", "0.5", "--no-live"];
  return project.spawnProgram([...NARROW, ...run], { env });
};

for (const shell of SHELLS) {
  testNeeding(
    [...HIDING_PROGRAMS, shell],
    `${shell}: what jobs leave behind, however hidden, is ended with the run`,
    async () => {
      const { project, tag, count, env } = projectOf(shell, hidingAtOnce);
      await using _ = project;
      const { code, stderr } = await begin(project, count, env).finished;
      assertEquals(code, 0, stderr);
      assertEquals(await leftOf(tag), []);
    },
  );

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    testNeeding(
      [...HIDING_PROGRAMS, shell],
      `${shell}: what running jobs have hidden is ended after ${signal}`,
      async () => {
        const { project, tag, count, env } = projectOf(shell, (kind) => HIDING[kind]!);
        await using _ = project;
        const run = begin(project, count, env);
        // All of them, and some more of each storm.
        await eventually(() => tagged(tag).length > count * 1.5, "all jobs to begin");
        Deno.kill(run.pid!, signal);
        await run.finished;
        assertEquals(await leftOf(tag), []);
        await eventually(() => project.processes().length === 0, "the reapers to end");
      },
    );
  }
}

testNeeding(
  ["setsid"],
  "what a job with 'leaves: true' leaves stays, also after kill -9 and a resume",
  async () => {
    const [left, gone, cut] = [newTag(), newTag(), newTag()];
    await using project = newProject({
      "w.yaml": workflow(
        {
          id: "daemon",
          command:
            `setsid -f sleep 600.${left}; env -i setsid -f sleep 600.${left}; sleep 600.${left} &`,
          leaves: true,
        },
        { id: "other", command: `setsid -f sleep 600.${gone}; sleep 600.${gone} &` },
        { id: "running", command: `setsid -f sleep 600.${cut}; sleep 600.${cut}`, leaves: true },
      ),
    });
    const run = project.spawn(["run", "w.yaml", "--grace", "0.3", "--no-live"]);
    await run.stderr.waitFor(/ok +daemon/);
    await run.stderr.waitFor(/ok +other/);
    await eventually(() => tagged(cut).length === 2, "the job that runs");
    Deno.kill(run.pid!, "SIGKILL");
    await run.finished;
    assertEquals([await leftOf(gone), await leftOf(cut)], [[], []]);
    assertEquals(tagged(left).length, 3, "left on purpose");
    await eventually(
      () => project.processes().every((line) => !line.includes("GUARD")),
      "the reapers",
    );
    const resumed = project.spawn(["resume", "--no-live"]);
    await eventually(() => tagged(cut).length === 2, "it runs again");
    resumed.signal("SIGINT");
    await resumed.finished;
    assertEquals(await leftOf(cut), []);
    const daemons = tagged(left);
    assertEquals(daemons.length, 3, "left on purpose");
    for (const pid of daemons) Deno.kill(pid, "SIGKILL");
    await eventually(() => !daemons.some(isAlive), "their end");
  },
);

testNeeding(
  ["setsid"],
  "what a job with 'leaves: true' leaves stays at the end of a run and at Ctrl-C",
  async () => {
    const [left, other] = [newTag(), newTag()];
    await using project = newProject({
      "w.yaml": workflow(
        { id: "daemon", command: `setsid -f sleep 600.${left}; sleep 600.${left} &`, leaves: true },
        {
          id: "waits",
          command: `until test -e go; do sleep 0.02; done; setsid -f sleep 600.${other}`,
        },
      ),
    });
    for (const end of ["the end", "Ctrl-C"]) {
      const run = project.spawn(["run", "w.yaml", "--no-live"]);
      await run.stderr.waitFor(/ok +daemon/);
      if (end === "Ctrl-C") run.signal("SIGINT");
      else project.write("go", "");
      await run.finished;
      assertEquals(await leftOf(other), [], end);
      const daemons = tagged(left);
      assertEquals(daemons.length, 2, end);
      for (const pid of daemons) Deno.kill(pid, "SIGKILL");
      await eventually(() => !daemons.some(isAlive), "their end");
      if (project.exists("go")) await Deno.remove(project.path("go"));
    }
  },
);
