/** Every sentence about an attempt, a job or a run. */
import type {
  HttpFailure,
  NotStarted,
  Outcome,
  RunStatus,
  SkipReason,
  StopReason,
} from "../../../lib/core/run/event.ts";
import {
  outcomeHint,
  outcomeText,
  skipText,
  stoppingText,
  verdictText,
} from "../../../lib/view/run/outcome.ts";
import { assert, assertEquals } from "../../support/assert.ts";

/** An outcome with its text and its hint; the mapped types make a missing kind a type error. */
type Row<T> = readonly [given: T, text: string, hint?: string];
type Table<U, K extends keyof U> = {
  readonly [V in U[K] & string]: readonly Row<Extract<U, Record<K, V>>>[];
};

const OUTCOMES: Table<Exclude<Outcome, { kind: "http_failed" | "not_started" }>, "kind"> = {
  succeeded: [[{ kind: "succeeded" }, "succeeded"]],
  exited: [
    [{ kind: "exited", code: 1 }, "exit code 1"],
    [{ kind: "exited", code: 255 }, "exit code 255"],
    [
      { kind: "exited", code: 126 },
      "exit code 126",
      "exit code 126 usually means that a file is not executable: try chmod +x",
    ],
    [
      { kind: "exited", code: 127 },
      "exit code 127",
      "exit code 127 usually means that a command was not found: is it installed and on PATH?",
    ],
  ],
  signaled: [[{ kind: "signaled", signal: "SIGSEGV" }, "ended by SIGSEGV"]],
  timed_out: [
    [
      { kind: "timed_out", afterMs: 300_000 },
      "Job timed out after 300 seconds",
      "raise 'timeout' or 'max_execution_time', or make the job faster",
    ],
    [
      { kind: "timed_out", afterMs: 500 },
      "Job timed out after 0.5 seconds",
      "raise 'timeout' or 'max_execution_time', or make the job faster",
    ],
  ],
  out_of_memory: [
    [
      { kind: "out_of_memory", peakMb: 513.27, limitMb: 512 },
      "used 513.3 MB of memory, over its limit of 512 MB",
    ],
  ],
  cancelled: [[{ kind: "cancelled" }, "cancelled"]],
  lost: [[{ kind: "lost" }, "lost: orch died while it ran"]],
};

const HTTP_FAILURES: Table<HttpFailure, "reason"> = {
  status: [
    [{ reason: "status", status: 503, expected: [] }, "HTTP status 503, expected any 2xx"],
    [
      { reason: "status", status: 200, expected: [201, 204] },
      "HTTP status 200, expected 201, 204",
    ],
  ],
  unreachable: [
    [{ reason: "unreachable", cause: "refused" }, "server not reached: refused"],
    [
      { reason: "unreachable", cause: "two\nlines \x1b[2J" },
      "server not reached: two␊lines ␛[2J",
    ],
  ],
  certificate: [
    [{ reason: "certificate", cause: "expired" }, "certificate not trusted: expired"],
  ],
  connection_lost: [
    [{ reason: "connection_lost", cause: "reset" }, "connection lost: reset"],
  ],
  no_connection: [
    [{ reason: "no_connection", afterMs: 10_000 }, "no connection within 10 seconds"],
  ],
  no_response: [
    [{ reason: "no_response", afterMs: 30_000 }, "no response within 30 seconds"],
  ],
  stalled: [[{ reason: "stalled", afterMs: 60_000 }, "response stalled for 60 seconds"]],
  unfinished: [
    [
      { reason: "unfinished", afterMs: 600_000 },
      "response not complete within 600 seconds",
      "set 'timeout' on the job to replace this limit",
    ],
  ],
  too_many_redirects: [[{ reason: "too_many_redirects", limit: 5 }, "more than 5 redirects"]],
  redirect_scheme: [
    [
      { reason: "redirect_scheme", url: "file:///etc/passwd" },
      "redirected to 'file:///etc/passwd', which is neither http nor https",
    ],
  ],
  redirect_body: [
    [
      { reason: "redirect_body", url: "https://b.example/" },
      "redirected to 'https://b.example/': the body is not sent to another origin",
      "if that server may receive the body, use its URL in the job",
    ],
  ],
  body_too_large: [
    [{ reason: "body_too_large", limitBytes: 10 * 2 ** 20 }, "response larger than 10.0 MiB"],
  ],
};

const NOT_STARTED: Table<NotStarted, "reason"> = {
  script_missing: [
    [{ reason: "script_missing", path: "./x.sh" }, "script './x.sh' does not exist"],
    [
      { reason: "script_missing", path: "a\u202eb\x9bc.sh" },
      "script 'a�b�c.sh' does not exist",
    ],
  ],
  working_directory_missing: [
    [
      { reason: "working_directory_missing", path: "/work/gone" },
      "working directory '/work/gone' does not exist",
    ],
  ],
  interpreter_missing: [
    [{ reason: "interpreter_missing", program: "python3" }, "'python3' is not installed"],
  ],
  variable_missing: [
    [
      { reason: "variable_missing", name: "TOKEN", where: "header 'Authorization'" },
      "environment variable TOKEN, needed in the header 'Authorization', is not set",
    ],
  ],
  url_invalid: [
    [{ reason: "url_invalid", url: "ftp://x" }, "'ftp://x' is not an http or https URL"],
  ],
  request_invalid: [
    [
      { reason: "request_invalid", cause: "GET cannot have a body" },
      "the request cannot be sent: GET cannot have a body",
    ],
  ],
  permission_denied: [
    [
      { reason: "permission_denied", flag: "--allow-net" },
      "orch lacks the permission --allow-net",
      "start orch with --allow-net",
    ],
  ],
  linker_variable: [
    [
      { reason: "linker_variable", name: "LD_PRELOAD" },
      "LD_PRELOAD is set: orch is not allowed to start programs with it",
      "start orch with --allow-run, without a list of programs, or unset the variable",
    ],
  ],
  spawn_failed: [
    [{ reason: "spawn_failed", cause: "EAGAIN" }, "could not be started: EAGAIN"],
  ],
};

function checkOutcome(outcome: Outcome, text: string, hint: string | undefined): void {
  Deno.test(`outcomeText says '${text}'`, () => {
    assertEquals(outcomeText(outcome), text);
    assertEquals(outcomeHint(outcome), hint ?? null);
  });
}

for (const [outcome, text, hint] of Object.values<readonly Row<Outcome>[]>(OUTCOMES).flat()) {
  checkOutcome(outcome, text, hint);
}
for (
  const [failure, text, hint] of Object.values<readonly Row<HttpFailure>[]>(HTTP_FAILURES).flat()
) {
  checkOutcome({ kind: "http_failed", failure }, text, hint);
}
for (const [why, text, hint] of Object.values<readonly Row<NotStarted>[]>(NOT_STARTED).flat()) {
  checkOutcome({ kind: "not_started", why }, text, hint);
}

const SKIPS: Table<SkipReason, "kind"> = {
  dependency: [
    [
      { kind: "dependency", dependency: "build", cause: "build" },
      "needs build, which did not succeed",
    ],
    [
      { kind: "dependency", dependency: "test", cause: "build" },
      "needs test, which did not run because of build",
    ],
  ],
  skip_if_failed: [[{ kind: "skip_if_failed", jobId: "lint" }, "lint failed"]],
  branch: [
    [
      { kind: "branch", branch: "topic", wanted: ["main"] },
      "only for branch main, and the branch is topic",
    ],
    [
      { kind: "branch", branch: null, wanted: ["main", "release/*"] },
      "only for branch main or release/*, and the branch is unknown",
    ],
    [
      { kind: "branch", branch: "a\x1b]0;owned\x07", wanted: ["main"] },
      "only for branch main, and the branch is a␛]0;owned␇",
    ],
  ],
};

for (const [reason, text] of Object.values<readonly Row<SkipReason>[]>(SKIPS).flat()) {
  Deno.test(`skipText says '${text}'`, () => assertEquals(skipText(reason), text));
}

const STOPS: Readonly<Record<StopReason, string>> = {
  fail_fast: "a job failed, stopping the rest: running jobs have 10 s to finish",
  interrupt: "interrupted: running jobs have 10 s to finish; Ctrl-C again kills them now",
  terminate: "terminated (SIGTERM): running jobs have 10 s to finish",
  hangup:
    "terminal closed, or what started orch has ended (SIGHUP): running jobs have 10 s to finish",
  kill: "killing all running jobs now",
};

for (const reason of ["fail_fast", "interrupt", "terminate", "hangup", "kill"] as const) {
  Deno.test(`stoppingText has words for ${reason}`, () => {
    assertEquals(stoppingText(reason, 10_000), STOPS[reason]);
  });
}

const VERDICTS: Readonly<Record<RunStatus, string>> = {
  completed: "succeeded",
  failed: "FAILED",
  cancelled: "CANCELLED",
};

Deno.test("verdictText says how a run ended in one word", () => {
  for (const status of ["completed", "failed", "cancelled"] as const) {
    assertEquals(verdictText(status), VERDICTS[status]);
  }
});

Deno.test("outcomeText of a cause of 16 KiB of control characters is made at once", () => {
  for (const piece of ["\x1b[", "\x1b]8;;", "\r", "\x9b", "\u202e", "\n"]) {
    const cause = piece.repeat(16 * 1024 / piece.length);
    const startedAt = performance.now();
    outcomeText({ kind: "not_started", why: { reason: "spawn_failed", cause } });
    assert(performance.now() - startedAt < 200, JSON.stringify(piece));
  }
});
