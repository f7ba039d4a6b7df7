/** Whether and when a failed attempt is tried again. */
import type { HttpFailure, Outcome } from "../../../lib/core/run/event.ts";
import { isRetryable, retryDelayMs, unitHash } from "../../../lib/core/run/retry.ts";
import type { Action, RetryPolicy } from "../../../lib/core/workflow/workflow.ts";
import { assert, assertEquals, assertNotEquals } from "../../support/assert.ts";

const POLICY: RetryPolicy = {
  maxAttempts: 9,
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

function delay(change: Partial<RetryPolicy>, attempt = 1, seed = 1, jobId = "a"): number {
  return retryDelayMs({ ...POLICY, ...change }, { seed, jobId, attempt });
}

Deno.test("retryDelayMs() grows by the factor up to the longest", () => {
  const rows: [Partial<RetryPolicy>, number[]][] = [
    [{}, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
    [{ backoffFactor: 1 }, [1000, 1000, 1000]],
    [{ backoffFactor: 1.5 }, [1000, 1500, 2250]],
    [{ initialDelayMs: 250, backoffFactor: 3, maxDelayMs: 2000 }, [250, 750, 2000]],
    [{ initialDelayMs: 0 }, [0, 0, 0]],
    [{ maxDelayMs: 0 }, [0, 0]],
    [{ initialDelayMs: 5000, maxDelayMs: 1000 }, [1000, 1000]],
  ];
  for (const [change, delays] of rows) {
    assertEquals(delays.map((_, i) => delay(change, i + 1)), delays, JSON.stringify(change));
  }
});

Deno.test("retryDelayMs() is a number however many attempts there were", () => {
  for (const initialDelayMs of [0, 1, 31_536_000_000]) {
    for (const attempt of [100, 104, 105, 500, 1000]) {
      const ms = delay({ initialDelayMs, backoffFactor: 1000 }, attempt);
      assertEquals(ms, initialDelayMs === 0 ? 0 : 60_000, `${initialDelayMs}, ${attempt}`);
    }
  }
});

Deno.test("retryDelayMs() varies by the jitter share, and no more", () => {
  for (const jitter of [0.1, 0.5, 1]) {
    const delays = Array.from({ length: 2000 }, (_, seed) => delay({ jitter }, 1, seed));
    const [least, most] = [Math.min(...delays), Math.max(...delays)];
    assert(least >= 1000 * (1 - jitter) && least < 1000 * (1 - 0.98 * jitter), `${least}`);
    assert(most <= 1000 * (1 + jitter) && most > 1000 * (1 + 0.98 * jitter), `${most}`);
    const mean = delays.reduce((sum, ms) => sum + ms) / delays.length;
    assert(Math.abs(mean - 1000) < 1000 * jitter * 0.05, `mean ${mean}`);
  }
});

Deno.test("retryDelayMs() is the same for the same run, job and attempt, and differs otherwise", () => {
  const jitter = { jitter: 0.5, backoffFactor: 1 };
  assertEquals(delay(jitter, 2, 3, "a"), delay(jitter, 2, 3, "a"));
  assertNotEquals(delay(jitter, 2, 3, "a"), delay(jitter, 1, 3, "a"));
  assertNotEquals(delay(jitter, 2, 3, "a"), delay(jitter, 2, 4, "a"));
  assertNotEquals(delay(jitter, 2, 3, "a"), delay(jitter, 2, 3, "b"));
});

Deno.test("unitHash() never changes, as journals of older runs rely on it", () => {
  const rows: [string, number][] = [
    ["", 0.6689221884589642],
    ["1/a/1", 0.02660570782609284],
    ["1/a/2", 0.2663227031007409],
    ["42/build/3", 0.9227602032478899],
  ];
  for (const [text, hash] of rows) assertEquals(unitHash(text), hash, text);
});

const COMMAND: Action = { type: "command", command: "true" };

function request(method: string, headers: Record<string, string> = {}): Action {
  return { type: "http", url: "http://x", method, headers, body: null, expectStatus: [] };
}

Deno.test("isRetryable() retries what failed, not what was cancelled or could never work", () => {
  const rows: [Outcome, boolean][] = [
    [{ kind: "succeeded" }, false],
    [{ kind: "cancelled" }, false],
    [{ kind: "exited", code: 1 }, true],
    [{ kind: "exited", code: 127 }, true],
    [{ kind: "signaled", signal: "SIGKILL" }, true],
    [{ kind: "timed_out", afterMs: 5 }, true],
    [{ kind: "out_of_memory", peakMb: 2, limitMb: 1 }, true],
    [{ kind: "lost" }, true],
    [notStarted({ reason: "spawn_failed", cause: "EAGAIN" }), true],
    [notStarted({ reason: "script_missing", path: "x" }), false],
    [notStarted({ reason: "working_directory_missing", path: "x" }), false],
    [notStarted({ reason: "interpreter_missing", program: "x" }), false],
    [notStarted({ reason: "variable_missing", name: "A", where: "command" }), false],
    [notStarted({ reason: "url_invalid", url: "x" }), false],
    [notStarted({ reason: "request_invalid", cause: "x" }), false],
    [notStarted({ reason: "permission_denied", flag: "--allow-run" }), false],
  ];
  for (const [outcome, expected] of rows) {
    assertEquals(isRetryable(COMMAND, outcome), expected, JSON.stringify(outcome));
  }
});

function notStarted(why: Extract<Outcome, { kind: "not_started" }>["why"]): Outcome {
  return { kind: "not_started", why };
}

Deno.test("isRetryable() sends a request again only if that does no harm", () => {
  const [get, post] = [request("GET"), request("POST")];
  const lost: HttpFailure = { reason: "connection_lost", cause: "reset" };
  const silent: HttpFailure = { reason: "no_response", afterMs: 5 };
  const stalled: HttpFailure = { reason: "stalled", afterMs: 5 };
  const unfinished: HttpFailure = { reason: "unfinished", afterMs: 5 };
  const rows: [Action, HttpFailure, boolean][] = [
    [get, { reason: "status", status: 503, expected: [] }, true],
    [post, { reason: "status", status: 503, expected: [] }, true],
    [get, { reason: "unreachable", cause: "refused" }, true],
    [post, { reason: "unreachable", cause: "refused" }, true],
    [get, { reason: "certificate", cause: "expired" }, false],
    [post, { reason: "certificate", cause: "expired" }, false],
    [post, { reason: "redirect_body", url: "http://b/" }, false],
    [post, { reason: "no_connection", afterMs: 5 }, true],
    ...[lost, silent, stalled, unfinished].flatMap((failure): [Action, HttpFailure, boolean][] => [
      ...["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].map((
        method,
      ): [Action, HttpFailure, boolean] => [request(method), failure, true]),
      [post, failure, false],
      [request("PATCH"), failure, false],
      [request("POST", { "Idempotency-Key": "k" }), failure, true],
      [request("PATCH", { "idempotency-key": "k" }), failure, true],
      [request("POST", { "X-Idempotency": "k" }), failure, false],
    ]),
  ];
  for (const [action, failure, expected] of rows) {
    const outcome = { kind: "http_failed", failure } as const;
    assertEquals(isRetryable(action, outcome), expected, JSON.stringify([action, failure]));
  }
});
