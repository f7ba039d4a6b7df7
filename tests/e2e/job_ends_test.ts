/** How jobs end, and what the results file, the summary and the exit code make of it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import type { Results } from "../support/results_file.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";

Deno.test("every exit code from 0 to 255 is the job's own, and only 0 is success", async () => {
  await using project = newProject();
  const codes = Array.from({ length: 256 }, (_, code) => code);
  const { jobs, counts } = await project.results(
    codes.map((code) => ({ id: `exit_${code}`, command: `exit ${code}` })),
    "-c",
    "8",
  );
  assertEquals(codes.map((code) => jobs[`exit_${code}`]!.exit_code), codes);
  assertEquals(counts, { success: 1, failed: 255, cancelled: 0, skipped: 0 });
  assertEquals(jobs["exit_137"]!.error_message, "exit code 137");
});

/** Exit codes that a shell also uses to say that a signal ended something. */
const AMBIGUOUS = [127, 129, 130, 137, 139, 141, 143, 255];

testNeeding(
  ["python3", "bash"],
  "scripts and python too end with the code they chose",
  async () => {
    await using project = newProject();
    const { jobs } = await project.results(AMBIGUOUS.flatMap((code) => {
      project.write(`s${code}.sh`, `exit ${code}`);
      project.write(`program${code}`, `#!/bin/sh\nexit ${code}\n`, 0o755);
      return [
        { id: `script_${code}`, job_type: "script", script_path: `s${code}.sh` },
        { id: `python_${code}`, job_type: "python", command: `import os; os._exit(${code})` },
        { id: `self_${code}`, command: `: $$; exit ${code}` },
        { id: `program_${code}`, command: `./program${code}` },
        { id: `trap_${code}`, command: `trap 'true' EXIT; exit ${code}` },
      ];
    }));
    const wrong = Object.values(jobs).filter(({ id, exit_code }) => !id.endsWith(`_${exit_code}`));
    assertEquals(wrong.map(({ id, error_message }) => `${id}: ${error_message}`), []);
  },
);

const SIGNALS = [
  ...["HUP", "INT", "QUIT", "ILL", "ABRT", "FPE", "KILL"],
  ...["SEGV", "USR1", "USR2", "PIPE", "ALRM", "TERM"],
];

Deno.test("death by a signal is told apart from an exit code, for every signal", async () => {
  await using project = newProject();
  const { jobs } = await project.results(
    SIGNALS.map((signal) => ({ id: signal, command: `ulimit -c 0; kill -${signal} $$; sleep 5` })),
  );
  for (const signal of SIGNALS) {
    const { status, exit_code, signal: by, error_message } = jobs[signal]!;
    assertEquals({ status, exit_code, by, error_message }, {
      status: "failed",
      exit_code: null,
      by: `SIG${signal}`,
      error_message: `ended by SIG${signal}`,
    });
  }
});

/** What cannot run as it should: the command, its exit code, and what stderr says. */
const COMMANDS: readonly (readonly [string, number, RegExp])[] = [
  ["no-such-program-here", 127, /no-such-program-here: not found/],
  ["./w.yaml", 126, /Permission denied/],
  ["if then", 2, /[Ss]yntax error/],
  ["cat < no-such-file", 2, /no-such-file/],
  ["false; true", 0, /^$/],
  ["true; false", 1, /^$/],
  ["false | true", 0, /^$/],
  ["set -e; false; exit 9", 1, /^$/],
  ["exit 7; exit 8", 7, /^$/],
  ["sh -c 'exit 143'", 143, /^$/],
];

for (const [command, code, stderr] of COMMANDS) {
  Deno.test(`the command '${command}' ends with exit code ${code}`, async () => {
    await using project = newProject();
    const { jobs } = await project.results([{ id: "a", command }]);
    assertEquals(jobs["a"]!.exit_code, code);
    assertMatch(jobs["a"]!.stderr, stderr);
  });
}

Deno.test("the summary names the failed jobs with their last lines, and the first cause of skips", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "noisy", command: "seq 1 100; echo the reason >&2; exit 9" },
      { id: "next", command: "true", dependencies: ["noisy"] },
      { id: "later", command: "true", dependencies: ["next"] },
      { id: "missing", command: "no-such-program-here", name: "Missing" },
      { id: "fine", command: "true" },
    ),
  });
  const { code, stderr } = await project.orch(["run", "w.yaml"]);
  assertEquals(code, 1);
  const end = stderr.slice(stderr.indexOf("────"));
  assertMatch(end, /noisy FAILED · exit code 9 · [\d.]+s/);
  assertMatch(end, /80 earlier lines: \.orch\S+noisy\.1\.out\n/);
  assertMatch(end, /\n99\n100\nthe reason\n/);
  assertEquals(end.includes("\n50\n"), false);
  assertMatch(end, /missing FAILED · exit code 127/);
  assertStringIncludes(end, "hint: exit code 127 usually means that a command was not found");
  assertMatch(end, /not run: next, later \(need noisy\)/);
  assertMatch(end, /✗ 2 failed \(noisy, missing\) {3}✔ 1 succeeded {3}⊘ 2 skipped/);
  for (
    const command of [/orch rerun \S+ --failed$/, /orch logs \S+ noisy$/, /orch why \S+ next$/]
  ) {
    const line = end.split("\n").find((line) => command.test(line));
    const args = line!.trim().split(/ {2,}/)[1]!.split(" ").slice(1);
    assert([0, 1].includes((await project.orch(args)).code), `what is printed can be run: ${line}`);
  }
});

Deno.test("a time limit ends the attempt in the words of the documentation, and is retried", async () => {
  await using project = newProject();
  const { jobs, events } = await project.results([
    { id: "slow", command: "sleep 30", timeout: 0.1 },
    {
      id: "twice",
      command: "test $ORCH_ATTEMPT = 2 || sleep 30",
      timeout: 0.1,
      retry_config: { max_attempts: 2, initial_delay: 0.01 },
    },
    {
      id: "shorter",
      command: "sleep 30",
      timeout: 60,
      resource_limits: { max_execution_time: 0.1 },
    },
  ]);
  assertEquals(jobs["slow"]!.error_message, "Job timed out after 0.1 seconds");
  assertEquals(jobs["shorter"]!.error_message, "Job timed out after 0.1 seconds");
  assertEquals([jobs["twice"]!.status, jobs["twice"]!.attempts], ["success", 2]);
  assertEquals(eventsOf({ events }, "twice"), [
    ...["job_queued", "job_started", "job_stopping", "job_retrying"],
    ...["job_queued", "job_started", "job_completed"],
  ]);
});

Deno.test("retries wait longer each time, and stop at max_attempts", async () => {
  await using project = newProject();
  const { jobs, events } = await project.results([{
    id: "never",
    command: "exit $ORCH_ATTEMPT",
    retry_config: { max_attempts: 4, initial_delay: 0.02, backoff_factor: 2, max_delay: 0.05 },
  }]);
  assertEquals([jobs["never"]!.status, jobs["never"]!.attempts, jobs["never"]!.exit_code], [
    ...["failed", 4, 4],
  ]);
  const waits = events.filter(({ event_type }) => event_type === "job_retrying")
    .map(({ timestamp, details }) => Number(details["until"]) - Date.parse(timestamp));
  assertEquals(waits.map((ms) => Math.round(ms / 10)), [2, 4, 5]);
});

Deno.test("max_retries of global_config counts the attempts after the first", async () => {
  await using project = newProject({
    "w.yaml": JSON.stringify({
      name: "n",
      global_config: { max_retries: 2 },
      jobs: [
        { id: "default", command: "exit 1", retry_config: { initial_delay: 0.01 } },
        { id: "own", command: "exit 1", retry_config: { max_attempts: 1 } },
      ],
    }),
  });
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json"]);
  const { jobs } = project.json("r.json");
  assertEquals(jobs["own"]!.attempts, 1);
});

function eventsOf({ events }: Pick<Results, "events">, jobId: string): string[] {
  return events.filter(({ job_id }) => job_id === jobId).map(({ event_type }) => event_type);
}
