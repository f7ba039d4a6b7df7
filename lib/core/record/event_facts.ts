/**
 * Whether the facts of an event that was read are of the kinds that the types name. A checksum says that a
 * line is as it was written, and not by whom: numbers become paths and dates, and texts are looked up, so
 * that an event with anything else never reaches those who read events. Words of closed lists are in
 * `journal_words.ts`; facts that are not known are left alone.
 */
import { ID_PATTERN } from "../workflow/check_graph.ts";
import type { RunSettings } from "../plan/settings.ts";
import type {
  AttemptFacts,
  HttpFailure,
  NotStarted,
  Outcome,
  RunEvent,
  SkipReason,
} from "../run/event.ts";

type Check = (value: unknown) => boolean;

/** A check for each fact of an object, as far as there are any beside the word that tells what it is. */
type Checks<T> = { readonly [K in keyof T]-?: Check };
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** The checks for each member of a union, by its word `K`. */
type ChecksBy<T, K extends keyof T> = {
  readonly [W in T[K] & string]: Checks<Without<Extract<T, Record<K, W>>, K>>;
};

/** The last moment that a date can be, in milliseconds, and the longest time. */
const LATEST = 8.64e15;

const text: Check = (value) => typeof value === "string";
/** A name of a job is printed as it is, and becomes the name of a file. */
const job: Check = (value) => typeof value === "string" && ID_PATTERN.test(value);
const yesOrNo: Check = (value) => typeof value === "boolean";
const amount: Check = (value) => typeof value === "number" && Math.abs(value) <= LATEST;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const positive: Check = (value) => count(value) && value !== 0;
const onlyTrue: Check = (value) => value === true;
const word = (...words: readonly string[]): Check => (value) => words.includes(value as string);
const orNull = (check: Check): Check => (value) => value === null || check(value);
const maybe = (check: Check): Check => (value) => value === undefined || check(value);
const list = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const facts = <T>(checks: Checks<T>): Check => {
  const entries = Object.entries<Check>(checks);
  return (value) => isObject(value) && entries.every(([name, check]) => check(value[name]));
};
const factsBy = (key: string, checks: Readonly<Record<string, Checks<unknown>>>): Check => {
  const byWord = new Map(Object.entries(checks).map(([word, one]) => [word, facts(one)]));
  return (value) => isObject(value) && byWord.get(value[key] as string)?.(value) === true;
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const HTTP_FAILURES: ChecksBy<HttpFailure, "reason"> = {
  status: { status: count, expected: list(count) },
  unreachable: { cause: text },
  certificate: { cause: text },
  connection_lost: { cause: text },
  no_connection: { afterMs: amount },
  no_response: { afterMs: amount },
  stalled: { afterMs: amount },
  unfinished: { afterMs: amount },
  too_many_redirects: { limit: count },
  redirect_scheme: { url: text },
  redirect_body: { url: text },
  body_too_large: { limitBytes: count },
};
const NOT_STARTED: ChecksBy<NotStarted, "reason"> = {
  script_missing: { path: text },
  working_directory_missing: { path: text },
  interpreter_missing: { program: text },
  variable_missing: { name: text, where: text },
  url_invalid: { url: text },
  request_invalid: { cause: text },
  permission_denied: { flag: text },
  linker_variable: { name: text },
  spawn_failed: { cause: text },
};
const OUTCOMES: ChecksBy<Outcome, "kind"> = {
  succeeded: {},
  exited: { code: amount },
  signaled: { signal: text },
  timed_out: { afterMs: amount },
  out_of_memory: { peakMb: amount, limitMb: amount },
  http_failed: { failure: factsBy("reason", HTTP_FAILURES) },
  not_started: { why: factsBy("reason", NOT_STARTED) },
  cancelled: {},
  lost: {},
};
const SKIPS: ChecksBy<SkipReason, "kind"> = {
  dependency: { dependency: job, cause: job },
  skip_if_failed: { jobId: job },
  branch: { branch: orNull(text), wanted: list(text) },
};

const settings = facts<RunSettings>({
  concurrency: positive,
  memoryMb: orNull(amount),
  cpuPercent: orNull(amount),
  failFast: yesOrNo,
  graceMs: amount,
  seed: amount,
  branch: orNull(text),
});
const outcome = factsBy("kind", OUTCOMES);
const outputs: Check = (value) =>
  isObject(value) &&
  Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one));

const ATTEMPT_FACTS: Checks<AttemptFacts> = {
  usage: maybe(facts({ peakMemoryMb: orNull(amount), cpuSeconds: orNull(amount) })),
  process: maybe(facts({
    containment: word("cgroup", "process_group", "direct"),
    memoryLimit: maybe(word("cgroup", "sampled", "none")),
    cpuLimit: maybe(word("cgroup", "nice", "none")),
    truncated: maybe(onlyTrue),
    logLost: maybe(onlyTrue),
    unkillable: maybe(list(count)),
  })),
  http: maybe(facts({ status: count, firstByteMs: amount, bodyBytes: count })),
  outputs: maybe(outputs),
  endedAt: maybe(amount),
};
const OF_ATTEMPT = { jobId: job, attempt: positive, at: amount };
/** An attempt that never was is cancelled with a number as well. */
const ENDED = { ...OF_ATTEMPT, ...ATTEMPT_FACTS };

const EVENTS: ChecksBy<RunEvent, "type"> = {
  run_started: { runId: text, workflow: text, jobs: count, settings, at: amount },
  run_resumed: {
    settings,
    plan: count,
    downSince: amount,
    lost: list(job),
    reset: list(job),
    assumed: maybe(list(job)),
    at: amount,
  },
  pause_ended: { pausedMs: amount, at: amount },
  run_stopping: { reason: text, at: amount },
  run_finished: { status: text, at: amount },
  job_queued: OF_ATTEMPT,
  job_started: { ...OF_ATTEMPT, deadline: orNull(amount) },
  job_stopping: { ...OF_ATTEMPT, why: text, force: yesOrNo, forceAt: orNull(amount) },
  job_retrying: { ...ENDED, outcome, until: amount },
  job_completed: ENDED,
  job_failed: { ...ENDED, outcome },
  job_cancelled: { ...ENDED, attempt: count },
  job_skipped: { jobId: job, reason: factsBy("kind", SKIPS), at: amount },
};
const isEvent = factsBy("type", EVENTS);

/** Whether an event of a known type, with known words, has the facts that its readers rely on. */
export function hasSoundFacts(event: RunEvent): boolean {
  return isEvent(event);
}
