/**
 * Runs an http job: one request, its redirects followed here, the body streamed to the attempt's
 * stdout file. The stderr file gets one line per request and one per answer, without anything that
 * could be a secret. Knows nothing of retries or of the job's own time limit.
 *
 * ```
 * prepare ──▶ send ──headers──▶ redirect? ──no──▶ keep the body ──▶ judge by status, then by body
 *               ▲                   │yes
 *               └───────────────────┘
 * ```
 * Whatever ends a request early (stop, a limit) goes through `Cut`, which aborts it and remembers why.
 */
import type { HttpFacts, HttpFailure, Outcome } from "../../lib/core/run/event.ts";
import type { HttpAction } from "../../lib/core/workflow/workflow.ts";
import type { AttemptContext, AttemptEnd, Executor } from "../../lib/runtime/port/attempt.ts";
import type { FileWriter, HttpAnswer } from "../../lib/runtime/port/world.ts";
import { bodyErrorOutcome, requestErrorOutcome, spawnFailure } from "./error.ts";
import { followRedirect } from "./redirect.ts";
import { type HttpRequest, prepareRequest, shownUrl } from "./request.ts";

/** The bounds of one request. */
export interface HttpLimits {
  /** Bytes of the body, decoded, that are kept; a longer body is a failure. */
  readonly bodyBytes: number;
  /** Redirects followed in one attempt. */
  readonly redirects: number;
  /** For each connection: the look-up of the name, TCP and TLS. */
  readonly connectMs: number;
  /** From the first connection to the headers of the last answer, redirects included. */
  readonly firstByteMs: number;
  /** Between one part of the body and the next. */
  readonly idleMs: number;
  /** For all of it, where the job has no time limit of its own. */
  readonly totalMs: number;
}

/** The bounds that hold unless a test sets others. */
export const DEFAULT_LIMITS: HttpLimits = {
  bodyBytes: 10 * 1024 * 1024,
  redirects: 5,
  connectMs: 10_000,
  firstByteMs: 60_000,
  idleMs: 30_000,
  totalMs: 600_000,
};

/** An executor for http jobs with bounds of its own. */
export function makeHttpExecutor(limits: HttpLimits): Executor<HttpAction> {
  return (action, context) => {
    const cut = new Cut();
    return {
      ended: attempt(action, context, limits, cut),
      stop: () => cut.make({ kind: "cancelled" }),
    };
  };
}

/** Runs http jobs. */
export const http: Executor<HttpAction> = makeHttpExecutor(DEFAULT_LIMITS);

/** The one way to end a request early. The first reason given is the one that counts. */
class Cut {
  readonly #abort = new AbortController();
  #outcome: Outcome | null = null;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the request was ended early; `null` while it was not. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  make(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#abort.abort();
  }

  /** Lets go of whatever is still open, once nobody waits for it. */
  release(): void {
    this.#abort.abort();
  }
}

/** What the steps of an attempt share. */
interface Exchange {
  readonly context: AttemptContext;
  readonly limits: HttpLimits;
  readonly cut: Cut;
  readonly startedAt: number;
  readonly stdout: FileWriter;
  readonly stderr: FileWriter;
}

/** The response that no redirect follows. */
interface Answer {
  readonly response: HttpAnswer;
  readonly firstByteMs: number;
}

async function attempt(
  action: HttpAction,
  context: AttemptContext,
  limits: HttpLimits,
  cut: Cut,
): Promise<AttemptEnd> {
  const files: FileWriter[] = [];
  const create = (path: string) => {
    const file = context.world.files.create(path);
    files.push(file);
    return file;
  };
  try {
    const stdout = create(context.files.stdout);
    const stderr = create(context.files.stderr);
    const startedAt = context.world.clock.now();
    const exchange = { context, limits, cut, startedAt, stdout, stderr };
    const disarm = context.job.timeoutMs === null
      ? arm(exchange, limits.totalMs, "unfinished")
      : () => {};
    try {
      return await perform(action, exchange);
    } finally {
      disarm();
    }
  } catch (error) {
    // Every trouble of the network has its own outcome below; what arrives here is a disk's.
    return { outcome: spawnFailure(error) };
  } finally {
    cut.release();
    for (const file of files) file.close();
  }
}

async function perform(action: HttpAction, exchange: Exchange): Promise<AttemptEnd> {
  const { environment, world } = exchange.context;
  const prepared = prepareRequest(
    action,
    (name) => Object.hasOwn(environment, name) ? environment[name] : world.env(name),
  );
  if ("why" in prepared) return { outcome: { kind: "not_started", why: prepared.why } };

  const disarm = arm(exchange, exchange.limits.firstByteMs, "no_response");
  let answer: Answer | AttemptEnd;
  try {
    answer = await findAnswer(prepared.request, action.expectStatus, exchange);
  } finally {
    disarm();
  }
  return "outcome" in answer ? answer : await judge(answer, action.expectStatus, exchange);
}

async function findAnswer(
  first: HttpRequest,
  expected: readonly number[],
  exchange: Exchange,
): Promise<Answer | AttemptEnd> {
  const { redirects } = exchange.limits;
  let request = first;
  for (let followed = 0;; followed++) {
    const response = await send(request, exchange);
    if ("kind" in response) return { outcome: response };
    const firstByteMs = exchange.context.world.clock.now() - exchange.startedAt;
    const next = expected.includes(response.status) ? null : followRedirect(request, response);
    if (next === null) return { response, firstByteMs };

    // Rejects where the request was cut meanwhile; the next one sent then says so.
    await response.body?.cancel().catch(() => {});
    await note(
      exchange,
      `< ${statusLine(response)}, first byte after ${Math.round(firstByteMs)} ms`,
    );
    const failure: HttpFailure | null = "failure" in next
      ? next.failure
      : followed === redirects
      ? { reason: "too_many_redirects", limit: redirects }
      : null;
    if (failure !== null) {
      const facts = { status: response.status, firstByteMs, bodyBytes: 0 };
      return { outcome: { kind: "http_failed", failure }, http: facts };
    }
    if ("request" in next) request = next.request;
  }
}

async function send(request: HttpRequest, exchange: Exchange): Promise<HttpAnswer | Outcome> {
  const { url, method } = request;
  await note(exchange, `> ${method} ${shownUrl(url.href)}`);
  let connected = false;
  const disarm = arm(exchange, exchange.limits.connectMs, "no_connection");
  try {
    return await exchange.context.world.request({
      ...request,
      signal: exchange.cut.signal,
      connected() {
        connected = true;
        disarm();
      },
    });
  } catch (error) {
    return exchange.cut.outcome ?? requestErrorOutcome(error, { url, connected });
  } finally {
    disarm();
  }
}

async function judge(
  { response, firstByteMs }: Answer,
  expected: readonly number[],
  exchange: Exchange,
): Promise<AttemptEnd> {
  const { status } = response;
  const { bodyBytes, trouble } = await keepBody(response, exchange);
  const size = `${bodyBytes} ${bodyBytes === 1 ? "byte" : "bytes"}`;
  await note(
    exchange,
    `< ${statusLine(response)}, ${size}, first byte after ${Math.round(firstByteMs)} ms`,
  );

  const http: HttpFacts = { status, firstByteMs, bodyBytes };
  const welcome = expected.length === 0 ? status >= 200 && status < 300 : expected.includes(status);
  // An unwelcome status says more than trouble with the body that came with it.
  if (welcome || trouble?.kind === "cancelled") {
    return { outcome: trouble ?? { kind: "succeeded" }, http };
  }
  return {
    outcome: { kind: "http_failed", failure: { reason: "status", status, expected } },
    http,
  };
}

async function keepBody(
  response: HttpAnswer,
  exchange: Exchange,
): Promise<{ readonly bodyBytes: number; readonly trouble: Outcome | null }> {
  const reader = response.body?.getReader();
  const limitBytes = exchange.limits.bodyBytes;
  let bodyBytes = 0;
  while (reader !== undefined) {
    const part = await readPart(reader, exchange);
    if (part === null) break;
    if (!(part instanceof Uint8Array)) return { bodyBytes, trouble: part };
    const kept = part.subarray(0, limitBytes - bodyBytes);
    await exchange.stdout.write(kept);
    bodyBytes += kept.length;
    if (kept.length < part.length) {
      const failure: HttpFailure = { reason: "body_too_large", limitBytes };
      return { bodyBytes, trouble: { kind: "http_failed", failure } };
    }
  }
  return { bodyBytes, trouble: null };
}

/** The next part of the body; `null` at its end; how the attempt ends if there is no next part. */
async function readPart(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  exchange: Exchange,
): Promise<Uint8Array | null | Outcome> {
  const disarm = arm(exchange, exchange.limits.idleMs, "stalled");
  try {
    const { value } = await reader.read();
    return value ?? null;
  } catch (error) {
    return exchange.cut.outcome ?? bodyErrorOutcome(error);
  } finally {
    disarm();
  }
}

/** Cuts the request after `afterMs`; the function returned takes that back. */
function arm(
  { context, cut }: Exchange,
  afterMs: number,
  reason: "no_connection" | "no_response" | "stalled" | "unfinished",
): () => void {
  const { clock } = context.world;
  return clock.callAt(
    clock.now() + afterMs,
    () => cut.make({ kind: "http_failed", failure: { reason, afterMs } }),
  );
}

function statusLine({ status, statusText }: HttpAnswer): string {
  return statusText === "" ? `${status}` : `${status} ${statusText}`;
}

async function note({ stderr }: Exchange, line: string): Promise<void> {
  await stderr.write(new TextEncoder().encode(`${line}\n`));
}
