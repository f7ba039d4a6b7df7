/** The http executor: redirects and time limits. */
import { http } from "../../executors/http.ts";
import { assertEquals, assertStringIncludes } from "../support/assert.ts";
import { attemptContext } from "../support/attempt_context.ts";
import {
  action,
  CREDENTIALS,
  credentialsSeen,
  failed,
  type Handler,
  redirect,
  run,
  serve,
  serveRaw,
  SUCCEEDED,
  test,
} from "../support/http_run.ts";

// Redirects

/** /5 leads to /4, … and /0 answers. */
const countdown: Handler = ({ path }) => {
  const left = Number(path.slice(1));
  return left === 0 ? new Response("there") : redirect(302, `/${left - 1}`);
};

test("http() follows at most five redirects", async () => {
  await using server = serve(countdown);
  const five = await run({ url: `${server.origin}/5` });
  assertEquals([five.end.outcome, five.stdout], [SUCCEEDED, "there"]);
  assertEquals(server.seen.length, 6);
  assertStringIncludes(
    five.stderr,
    `> GET ${server.origin}/5\n< 302 Found, first byte after 0 ms\n`,
  );

  const six = await run({ url: `${server.origin}/6` });
  assertEquals(six.end, {
    outcome: failed({ reason: "too_many_redirects", limit: 5 }),
    http: { status: 302, firstByteMs: 0, bodyBytes: 0 },
  });
  assertEquals([six.stdout, server.seen.length], ["", 12]);
});

for (
  const [location, shown] of [
    ["file:///etc/passwd", "file:///etc/passwd"],
    ["ftp://u:p@example.org/", "ftp://…@example.org/"],
    ["data:text/plain,hi", "data:text/plain,hi"],
  ] as const
) {
  test(`http() does not follow a redirect to ${location}`, async () => {
    await using server = serve(() => redirect(301, location));
    const { end } = await run({ url: server.origin });
    assertEquals(end.outcome, failed({ reason: "redirect_scheme", url: shown }));
  });
}

for (
  const [what, headers] of [
    ["without a Location", {}],
    ["with a Location that cannot be read", { location: "http://[" }],
  ] as const
) {
  test(`http() takes a redirect ${what} for the answer`, async () => {
    await using server = serve(() =>
      new Response("body", { status: 302, headers: { ...headers } })
    );
    const { end, stdout } = await run({ url: server.origin });
    assertEquals(end.outcome, failed({ reason: "status", status: 302, expected: [] }));
    assertEquals(stdout, "body");
  });
}

for (
  const [status, method, expected] of [
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
    [308, "PATCH", "PATCH"],
  ] as const
) {
  test(`http() goes on with ${expected} when ${method} is answered by ${status}`, async () => {
    await using server = serve(({ path }) =>
      path === "/to" ? new Response(null) : redirect(status, "to")
    );
    const headers = { "content-type": "application/json", "x-own": "kept" };
    const { end } = await run({ url: server.origin, method, headers, body: "{}" });
    assertEquals(end.outcome, SUCCEEDED);
    const last = server.seen[1];
    const keepsBody = expected === method && method !== "HEAD";
    assertEquals([last?.method, last?.body], [expected, keepsBody ? "{}" : ""]);
    assertEquals(last?.headers.get("x-own"), "kept");
    const type = expected === method ? "application/json" : null;
    assertEquals(last?.headers.get("content-type"), type);
  });
}

test("http() keeps credentials on redirects within an origin", async () => {
  await using server = serve(({ path }) => path === "/to" ? new Response() : redirect(302, "/to"));
  await run({ url: server.origin, headers: CREDENTIALS });
  assertEquals(credentialsSeen(server.seen[1]), Object.values(CREDENTIALS));
});

test("http() drops credentials for good when a redirect leaves the origin", async () => {
  let home = "";
  await using away = serve(() => redirect(302, `${home}/back`));
  await using server = serve(({ path }) =>
    path === "/back" ? new Response() : redirect(302, `${away.origin}/`)
  );
  home = server.origin;
  const { end } = await run({ url: `http://u:p@${server.host}/`, headers: { Cookie: "a=b" } });
  assertEquals(end.outcome, SUCCEEDED);
  assertEquals(credentialsSeen(server.seen[0]), ["Basic dTpw", "a=b", null]);
  assertEquals(credentialsSeen(away.seen[0]), [null, null, null]);
  assertEquals(credentialsSeen(server.seen[1]), [null, null, null]);
});

// Limits of time

for (
  const [what, beginning, scheme] of [
    ["nothing is answered", "", "http"],
    ["the headers never end", "HTTP/1.1 200 OK\r\nX: y\r\n", "http"],
    ["the TLS handshake is not answered", "", "https"],
  ] as const
) {
  test(`http() gives up after a minute when ${what}`, async () => {
    await using server = serveRaw(null);
    const request = action({ url: server.origin.replace("http", scheme) });
    using attempt = attemptContext(request);
    const { ended } = http(request, attempt.context);
    const connection = await server.next();
    await connection.write(beginning);
    attempt.clock.advance(59_999);
    assertEquals(attempt.clock.armed, 1);
    attempt.clock.advance(1);
    assertEquals((await ended).outcome, failed({ reason: "no_response", afterMs: 60_000 }));
    await connection.gone;
  });
}

test("http() gives a chain of redirects one minute together", async () => {
  await using slow = serveRaw(null);
  await using server = serve(() => redirect(302, slow.origin));
  const request = action({ url: server.origin });
  using attempt = attemptContext(request);
  const { ended } = http(request, attempt.context);
  await slow.next();
  attempt.clock.advance(60_000);
  assertEquals((await ended).outcome, failed({ reason: "no_response", afterMs: 60_000 }));
});

test("http() waits for a slow body, and gives up on one that stands still", async () => {
  await using server = serveRaw(null);
  const request = action({ url: server.origin });
  using attempt = attemptContext(request);
  const { ended } = http(request, attempt.context);
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
