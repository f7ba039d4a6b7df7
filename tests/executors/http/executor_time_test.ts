/** The http executor: how long each phase of a request may take, and stops within each of them. */
import { http } from "../../../executors/http/executor.ts";
import type { HttpFailure } from "../../../lib/core/run/event.ts";
import type { HttpAction } from "../../../lib/core/workflow/workflow.ts";
import type { RunningAttempt } from "../../../lib/runtime/port/attempt.ts";
import { assertEquals } from "../../support/assert.ts";
import {
  attemptContext,
  type ManualClock,
  type TestAttempt,
} from "../../support/attempt_context.ts";
import {
  action,
  CANCELLED,
  failed,
  redirect,
  serve,
  serveNobody,
  serveRaw,
  SUCCEEDED,
  test,
} from "../../support/http_run.ts";

/** A request that is left alone in one phase. */
interface Waiting {
  readonly running: RunningAttempt;
  readonly clock: ManualClock;
  /** Resolves when the client has hung up; at once where nothing was connected. */
  readonly gone: Promise<void>;
}

/** Brings a request into each phase and leaves it there for `body` to look at. */
const PHASES: Readonly<
  Record<string, (body: (waiting: Waiting) => Promise<void>) => Promise<void>>
> = {
  async "the server takes no connection"(body) {
    using server = await serveNobody();
    using attempt = attemptContext(action({ url: server.url }));
    const running = start(attempt, { url: server.url });
    // The time for the whole, for the answer, and for the connection.
    while (attempt.clock.armed < 3) await attempt.clock.nextTimer();
    await body({ running, clock: attempt.clock, gone: Promise.resolve() });
  },
  "the TLS handshake is not answered": (body) => withSilence({ scheme: "https", sent: "" }, body),
  "nothing is answered": (body) => withSilence({ scheme: "http", sent: "" }, body),
  "the headers never end": (body) =>
    withSilence({ scheme: "http", sent: "HTTP/1.1 200 OK\r\nX: y\r\n" }, body),
};

/** A server that takes the connection, and then says no more than `sent`. */
async function withSilence(
  { scheme, sent }: { readonly scheme: string; readonly sent: string },
  body: (waiting: Waiting) => Promise<void>,
): Promise<void> {
  await using server = serveRaw(null);
  const url = server.origin.replace("http", scheme);
  using attempt = attemptContext(action({ url }));
  const running = start(attempt, { url });
  const connection = await server.next();
  await connection.write(sent);
  await body({ running, clock: attempt.clock, gone: connection.gone });
}

function start(attempt: TestAttempt, fields: Partial<HttpAction> & { readonly url: string }) {
  return http(action(fields), attempt.context);
}

const NO_CONNECTION: HttpFailure = { reason: "no_connection", afterMs: 10_000 };
const NO_RESPONSE: HttpFailure = { reason: "no_response", afterMs: 60_000 };

/** What each phase ends with when its time is over. */
const ENDS: Readonly<Record<keyof typeof PHASES, HttpFailure & { readonly afterMs: number }>> = {
  "the server takes no connection": NO_CONNECTION,
  "the TLS handshake is not answered": NO_CONNECTION,
  "nothing is answered": NO_RESPONSE,
  "the headers never end": NO_RESPONSE,
};

for (const [phase, enter] of Object.entries(PHASES)) {
  const failure = ENDS[phase]!;
  test(`http() gives up after ${failure.afterMs / 1000} seconds when ${phase}`, () =>
    enter(async ({ running, clock, gone }) => {
      let over = false;
      running.ended.then(() => over = true);
      clock.advance(failure.afterMs - 1);
      await Promise.resolve();
      assertEquals(over, false);
      clock.advance(1);
      assertEquals((await running.ended).outcome, failed(failure));
      await gone;
    }));

  test(`http() can be stopped when ${phase}`, () =>
    enter(async ({ running, gone }) => {
      running.stop(false);
      assertEquals(await running.ended, { outcome: CANCELLED });
      await gone;
    }));
}

test("http() gives a chain of redirects one minute together", async () => {
  await using slow = serveRaw(null);
  await using server = serve(() => redirect(302, slow.origin));
  using attempt = attemptContext(action({ url: server.origin }));
  const { ended } = start(attempt, { url: server.origin });
  await slow.next();
  attempt.clock.advance(60_000);
  assertEquals((await ended).outcome, failed(NO_RESPONSE));
});

test("http() gives up on a connection that does not come about after a redirect", async () => {
  using nobody = await serveNobody();
  await using server = serve(() => redirect(302, nobody.url));
  using attempt = attemptContext(action({ url: server.origin }));
  const { ended } = start(attempt, { url: server.origin });
  while (!attempt.stderr().includes(`> GET ${nobody.url}`)) await attempt.clock.nextTimer();
  while (attempt.clock.armed < 3) await attempt.clock.nextTimer();
  attempt.clock.advance(10_000);
  assertEquals((await ended).outcome, failed(NO_CONNECTION));
});

test("http() waits for a slow body, and gives up on one that stands still", async () => {
  await using server = serveRaw(null);
  using attempt = attemptContext(action({ url: server.origin }));
  const { ended } = start(attempt, { url: server.origin });
  const connection = await server.next();
  let reading = attempt.clock.nextTimer();
  await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  for (let byte = 0; byte < 10; byte++) {
    await reading;
    attempt.clock.advance(29_999);
    reading = attempt.clock.nextTimer();
    await connection.write("x");
  }
  await reading;
  attempt.clock.advance(30_000);
  const end = await ended;
  assertEquals(end.outcome, failed({ reason: "stalled", afterMs: 30_000 }));
  assertEquals(end.http?.bodyBytes, 10);
  assertEquals(attempt.stdout(), "x".repeat(10));
  await connection.gone;
});

for (const timeoutMs of [null, 3_600_000]) {
  const fate = timeoutMs === null ? "ten minutes" : "its own time limit";
  test(`http() gives a body that trickles ${fate}`, async () => {
    await using server = serveRaw(null);
    using attempt = attemptContext(action({ url: server.origin }), { timeoutMs });
    const { ended } = start(attempt, { url: server.origin });
    const connection = await server.next();
    let reading = attempt.clock.nextTimer();
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
    for (let byte = 0; byte < 30; byte++) {
      await reading;
      attempt.clock.advance(20_000);
      reading = attempt.clock.nextTimer();
      if (timeoutMs === null && byte === 29) break;
      await connection.write("x");
    }
    const unfinished = failed({ reason: "unfinished", afterMs: 600_000 });
    assertEquals((await ended).outcome, timeoutMs === null ? unfinished : SUCCEEDED);
    await connection.gone;
  });
}
