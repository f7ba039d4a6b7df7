/** The supervisor: what executors are told, what comes back, and that nothing is thrown. */
import { jobKinds } from "../../../executors/mod.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import type { Job } from "../../../lib/core/workflow/workflow.ts";
import type {
  AttemptContext,
  AttemptEnd,
  Executors,
  RunningAttempt,
} from "../../../lib/runtime/port/attempt.ts";
import type { Posted } from "../../../lib/runtime/run/loop.ts";
import { createRunDirectory } from "../../../lib/runtime/state/run_directory.ts";
import { Supervisor } from "../../../lib/runtime/run/supervisor.ts";
import { assert, assertEquals, assertStrictEquals } from "../../support/assert.ts";
import { FakeWorld, START } from "../../support/fake_world.ts";
import { type JobSketch, sketchJob, sketchLimits } from "../../support/workflows.ts";

/** An attempt as an executor of a test sees it. */
interface Started {
  readonly type: string;
  readonly context: AttemptContext;
  readonly stops: boolean[];
  readonly end: (end: AttemptEnd) => void;
  readonly fail: (error: unknown) => void;
}

const LIMITS = sketchLimits({ maxLogBytes: 1000 });

/** A supervisor whose executors wait for the test. */
class Shift {
  readonly world = new FakeWorld();
  readonly started: Started[] = [];
  readonly run;
  readonly supervisor: Supervisor;
  /** What the executors throw instead of starting. */
  trouble: unknown = null;
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #posted: Posted[] = [];
  #wake: () => void = () => {};

  constructor(...jobs: readonly JobSketch[]) {
    this.#jobs = new Map(jobs.map((job) => [job.id, sketchJob(job)]));
    this.run = createRunDirectory(this.world, "/work/.orch");
    this.supervisor = new Supervisor({
      world: this.world,
      processes: this.world.processes,
      executors: this.#executors(),
      jobOf: (id) => this.#jobs.get(id)!,
      run: this.run,
      limits: LIMITS,
      variables: {},
      baseDirectory: "/work",
      post: (input) => {
        this.#posted.push(input);
        this.#wake();
      },
    });
  }

  start(jobId: string, attempt = 1): Started | undefined {
    const before = this.started.length;
    this.supervisor.perform({ type: "job_started", jobId, attempt, deadline: null, at: START });
    return this.started[before];
  }

  stop(jobId: string, force: boolean): void {
    const event: RunEvent = {
      type: "job_stopping",
      jobId,
      attempt: 1,
      why: "timeout",
      force,
      forceAt: null,
      at: START,
    };
    this.supervisor.perform(event);
  }

  /** The next input that is handed back. */
  async posted(): Promise<Posted> {
    while (this.#posted.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#posted.shift()!;
  }

  #executors(): Executors {
    const execute = (action: { readonly type: string }, context: AttemptContext) =>
      this.#execute(action.type, context);
    const kinds = Object.keys(jobKinds).map((type) => [type, { start: execute }]);
    return Object.fromEntries(kinds) as Executors;
  }

  #execute(type: string, context: AttemptContext): RunningAttempt {
    if (this.trouble !== null) throw this.trouble;
    const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<AttemptEnd>();
    const stops: boolean[] = [];
    this.started.push({ type, context, stops, end, fail });
    return { ended, stop: (force) => stops.push(force) };
  }
}

function report(jobId: string, attempt: number, end: AttemptEnd): Posted {
  return { type: "attempt_reported", jobId, attempt, ...end };
}

Deno.test("Supervisor starts an attempt through the executor of the job's type", () => {
  const shift = new Shift({ id: "a" }, {
    id: "b",
    action: { type: "script", scriptPath: "./x.sh" },
  });
  assertEquals([shift.start("a")?.type, shift.start("b")?.type], ["command", "script"]);
});

Deno.test("Supervisor tells the executor all it may know", () => {
  const shift = new Shift({ id: "a" });
  const { context } = shift.start("a", 2)!;
  const { world, processes, job, files, environment, ...rest } = context;
  assertStrictEquals(world, shift.world);
  assertStrictEquals(processes, shift.world.processes);
  assertEquals(job.id, "a");
  assertEquals(rest, {
    attempt: 2,
    limits: LIMITS,
    workingDirectory: "/work",
    baseDirectory: "/work",
  });
  assertEquals([files.stdout, files.stderr, files.other("py")], [
    `${shift.run.path}/jobs/a.2.out`,
    `${shift.run.path}/jobs/a.2.err`,
    `${shift.run.path}/jobs/a.2.py`,
  ]);
  assertEquals(environment, {
    ORCH_RUN_ID: shift.run.runId,
    ORCH_JOB_ID: "a",
    ORCH_ATTEMPT: "2",
  });
});

Deno.test("Supervisor hands back how an attempt ended, with what was measured", async () => {
  const shift = new Shift({ id: "a" }, { id: "b" });
  const [a, b] = [shift.start("a"), shift.start("b", 3)];
  const end: AttemptEnd = {
    outcome: { kind: "exited", code: 1 },
    usage: { peakMemoryMb: 1, cpuSeconds: 2 },
    http: { status: 200, firstByteMs: 3, bodyBytes: 4 },
  };
  b!.end(end);
  assertEquals(await shift.posted(), report("b", 3, end));
  a!.end({ outcome: { kind: "succeeded" } });
  assertEquals(await shift.posted(), report("a", 1, { outcome: { kind: "succeeded" } }));
});

/** Working directories, what becomes of them, and whether they are there. */
const FOLDERS: readonly (readonly [said: string, resolved: string, there: boolean])[] = [
  [".", "/work", true],
  ["./sub", "/work/sub", true],
  ["sub", "/work/sub", true],
  ["/elsewhere", "/elsewhere", true],
  ["gone", "/work/gone", false],
  ["/nowhere", "/nowhere", false],
  ["a-file", "/work/a-file", false],
];

for (const [said, resolved, there] of FOLDERS) {
  const verb = there ? "starts in" : "does not start without";
  Deno.test(`Supervisor ${verb} the working directory '${said}'`, async () => {
    const shift = new Shift({ id: "a", workingDirectory: said });
    shift.world.files.makeDirectory("/work/sub");
    shift.world.files.makeDirectory("/elsewhere");
    shift.world.files.write("/work/a-file", "");
    const started = shift.start("a");
    assertEquals(started?.context.workingDirectory, there ? resolved : undefined);
    if (there) return;
    const why = { reason: "working_directory_missing", path: resolved } as const;
    assertEquals(await shift.posted(), report("a", 1, { outcome: { kind: "not_started", why } }));
    shift.stop("a", false);
  });
}

function environmentOf(
  environment: Job["environment"],
  parent: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const shift = new Shift({ id: "a", environment });
  for (const [name, value] of Object.entries(parent)) shift.world.variables.set(name, value);
  const { ORCH_RUN_ID, ORCH_JOB_ID, ORCH_ATTEMPT, ...own } = shift.start("a")!.context.environment;
  assertEquals([ORCH_RUN_ID, ORCH_JOB_ID, ORCH_ATTEMPT], [shift.run.runId, "a", "1"]);
  return own;
}

Deno.test("Supervisor lets the workflow's variables see the parent's", () => {
  assertEquals(
    environmentOf({
      workflow: { HERE: "${HOME}/x", PATH: "/opt/bin:$PATH", NONE: "[$NONE]", ELSE: "${NONE:-y}" },
      job: {},
    }, { HOME: "/root", PATH: "/bin" }),
    { HERE: "/root/x", PATH: "/opt/bin:/bin", NONE: "[]", ELSE: "y" },
  );
});

Deno.test("Supervisor lets the job's variables see the workflow's, then the parent's, and win", () => {
  assertEquals(
    environmentOf({
      workflow: { MODE: "fast", PATH: "/opt/bin:$PATH", OWN: "outer" },
      job: { LABEL: "$MODE-$HOME", PATH: "/job:$PATH", OWN: "inner", TWICE: "$OWN" },
    }, { HOME: "/root", PATH: "/bin", MODE: "parent's" }),
    {
      MODE: "fast",
      LABEL: "fast-/root",
      PATH: "/job:/opt/bin:/bin",
      OWN: "inner",
      TWICE: "outer",
    },
  );
});

Deno.test("Supervisor lets nobody say what orch itself says", () => {
  const forged = { ORCH_RUN_ID: "x", ORCH_JOB_ID: "y", ORCH_ATTEMPT: "z" };
  assertEquals(environmentOf({ workflow: forged, job: forged }, forged), {});
});

for (
  const [name, trouble, cause] of [
    ["an error", new Error("EMFILE"), "EMFILE"],
    ["something else", "a text", "a text"],
  ] as const
) {
  const outcome = { kind: "not_started", why: { reason: "spawn_failed", cause } } as const;

  Deno.test(`Supervisor survives an executor that throws ${name}`, async () => {
    const shift = new Shift({ id: "a" });
    shift.trouble = trouble;
    shift.start("a");
    assertEquals(await shift.posted(), report("a", 1, { outcome }));
  });

  Deno.test(`Supervisor survives an attempt that rejects with ${name}`, async () => {
    const shift = new Shift({ id: "a" });
    shift.start("a")!.fail(trouble);
    assertEquals(await shift.posted(), report("a", 1, { outcome }));
  });
}

Deno.test("Supervisor passes stops on, to the attempt they are for", () => {
  const shift = new Shift({ id: "a" }, { id: "b" });
  const [a, b] = [shift.start("a")!, shift.start("b")!];
  shift.stop("a", false);
  shift.stop("a", true);
  shift.stop("unknown", true);
  assertEquals([a.stops, b.stops], [[false, true], []]);
});

Deno.test("Supervisor forgets an attempt that has ended", async () => {
  const shift = new Shift({ id: "a" });
  const first = shift.start("a")!;
  first.end({ outcome: { kind: "succeeded" } });
  await shift.posted();
  shift.stop("a", false);
  shift.supervisor.killAll();
  assertEquals(first.stops, []);
  const second = shift.start("a", 2)!;
  shift.stop("a", false);
  assertEquals([first.stops, second.stops], [[], [false]]);
});

Deno.test("Supervisor kills whatever is still live, and only that", async () => {
  const shift = new Shift({ id: "a" }, { id: "b" }, { id: "c" });
  const [a, b, c] = [shift.start("a")!, shift.start("b")!, shift.start("c")!];
  b.end({ outcome: { kind: "succeeded" } });
  await shift.posted();
  shift.supervisor.killAll();
  assertEquals([a.stops, b.stops, c.stops], [[true], [], [true]]);
});

Deno.test("Supervisor does nothing for events that ask for nothing", () => {
  const shift = new Shift({ id: "a" });
  const a = shift.start("a")!;
  const at = START;
  const events: RunEvent[] = [
    { type: "run_started", runId: "r", workflow: "w", jobs: 1, settings: SETTINGS, at },
    { type: "job_queued", jobId: "a", attempt: 1, at },
    { type: "job_completed", jobId: "a", attempt: 1, at },
    { type: "run_stopping", reason: "kill", at },
    { type: "run_finished", status: "completed", at },
  ];
  for (const event of events) shift.supervisor.perform(event);
  assertEquals(shift.started.length, 1);
  assert(a.stops.length === 0);
});

const SETTINGS = {
  concurrency: 1,
  memoryMb: null,
  cpuPercent: null,
  failFast: false,
  graceMs: 0,
  seed: 0,
  branch: null,
};
