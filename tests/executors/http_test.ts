/** The http executor against real servers on 127.0.0.1, well behaved and otherwise. */
import { join } from "node:path";
import { DEFAULT_LIMITS, http, makeHttpExecutor } from "../../executors/http.ts";
import type { HttpFailure, Outcome } from "../../lib/core/event.ts";
import type { HttpAction } from "../../lib/core/workflow.ts";
import type { AttemptEnd } from "../../lib/runtime/attempt.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { attemptContext, type AttemptOptions } from "../support/attempt_context.ts";

const SUCCEEDED: Outcome = { kind: "succeeded" };
const CANCELLED: Outcome = { kind: "cancelled" };

/** Registers a test under the sanitizers, which Deno leaves off unless asked. */
function test(name: string, fn: () => Promise<void>, ignore = false): void {
  Deno.test({ name, fn, ignore, sanitizeOps: true, sanitizeResources: true });
}

function action(fields: Partial<HttpAction> & { readonly url: string }): HttpAction {
  return { type: "http", method: "GET", headers: {}, body: null, expectStatus: [], ...fields };
}

/** Runs one attempt to its end. */
async function run(
  fields: Partial<HttpAction> & { readonly url: string },
  options: AttemptOptions & { readonly executor?: typeof http } = {},
): Promise<{ readonly end: AttemptEnd; readonly stdout: string; readonly stderr: string }> {
  const request = action(fields);
  using attempt = attemptContext(request, options);
  const end = await (options.executor ?? http)(request, attempt.context).ended;
  return { end, stdout: attempt.stdout(), stderr: attempt.stderr() };
}

function failed(failure: HttpFailure): Outcome {
  return { kind: "http_failed", failure };
}

/** Reason and cause of an outcome, where it has any. */
function reasonOf(outcome: Outcome): { readonly reason: string; readonly cause: string } {
  const data = outcome.kind === "http_failed"
    ? outcome.failure
    : outcome.kind === "not_started"
    ? outcome.why
    : { reason: outcome.kind };
  return { reason: data.reason, cause: "cause" in data ? data.cause : "" };
}

/** What a server was asked. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly host: string;
  readonly seen: readonly Seen[];
}

type Handler = (request: Seen) => Response;

function serve(
  handler: Handler,
  tls?: { readonly cert: string; readonly key: string },
): TestServer {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method } = request;
      const headers = new Headers([...request.headers]);
      const entry = { method, path: pathname + search, headers, body: await request.text() };
      seen.push(entry);
      return handler(entry);
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    origin: `${tls === undefined ? "http" : "https"}://${host}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A connection to a server that writes whatever it is told, whenever. */
interface RawConnection {
  write(text: string): Promise<void>;
  close(): void;
  /** Resolves when the other side has hung up. */
  readonly gone: Promise<void>;
}

interface RawServer extends AsyncDisposable {
  readonly origin: string;
  readonly connections: number;
  /** The next connection that has sent something. */
  next(): Promise<RawConnection>;
}

/** Answers a first request with `script`, or with nothing and an open connection if it is null. */
function serveRaw(script: string | null): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting: ((connection: RawConnection) => void)[] = [];
  const ready: RawConnection[] = [];
  const open = new Set<Deno.Conn>();
  const drains: Promise<void>[] = [];
  let connections = 0;
  const close = (conn: Deno.Conn) => {
    if (open.delete(conn)) conn.close();
  };
  const accepting = (async () => {
    for await (const conn of listener) {
      connections++;
      open.add(conn);
      const heard = Promise.withResolvers<void>();
      const gone = drain(conn, heard.resolve).then(() => close(conn));
      drains.push(gone);
      await heard.promise;
      const connection: RawConnection = {
        write: async (text) => void await conn.write(new TextEncoder().encode(text)),
        close: () => close(conn),
        gone,
      };
      if (script !== null) {
        await connection.write(script);
        connection.close();
      }
      const waiter = waiting.shift();
      waiter === undefined ? ready.push(connection) : waiter(connection);
    }
  })();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    get connections() {
      return connections;
    },
    next() {
      const connection = ready.shift();
      if (connection !== undefined) return Promise.resolve(connection);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) close(conn);
      await Promise.all(drains);
      await accepting;
    },
  };
}

/** Reads until the other side hangs up; calls `heard` at the first byte, or at the end without one. */
async function drain(conn: Deno.Conn, heard: () => void): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    while (await conn.read(buffer) !== null) heard();
  } catch {
    // Closed by us, or reset by the client: gone either way.
  }
  heard();
}

/** A port that nothing listens on. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function redirect(status: number, location: string): Response {
  return new Response("moved", { status, headers: { location } });
}

// The request

test("http() sends method, headers and body with their references resolved", async () => {
  await using server = serve(() => new Response("fine"));
  const { end } = await run({
    url: `\${SCHEME}://${server.host}/a?q=\${Q:-none}&price=$5`,
    method: "POST",
    headers: { "X-Token": "t-${TOKEN}" },
    body: "hello ${WHO}",
  }, {
    environment: { SCHEME: "http", TOKEN: "own" },
    inherited: { TOKEN: "inherited", WHO: "world" },
  });
  assertEquals(end.outcome, SUCCEEDED);
  const [seen] = server.seen;
  assertEquals(
    [seen?.method, seen?.path, seen?.headers.get("x-token"), seen?.body],
    ["POST", "/a?q=none&price=$5", "t-own", "hello world"],
  );
});

for (const method of ["GET", "HEAD"]) {
  test(`http() sends no body with ${method}`, async () => {
    await using server = serve(() => new Response(null));
    const { end } = await run({ url: server.origin, method, body: "${NOT_EVEN_READ}" });
    assertEquals(end.outcome, SUCCEEDED);
    assertEquals(server.seen.map(({ method, body }) => [method, body]), [[method, ""]]);
  });
}

for (
  const [where, fields] of [
    ["url", { url: "http://${NOPE}/" }],
    ["header X-Key", { url: "http://127.0.0.1/", headers: { "X-Key": "${NOPE}" } }],
    ["body", { url: "http://127.0.0.1/", method: "PUT", body: "${NOPE}" }],
    ["url", { url: "http://${constructor}/" }],
  ] as const
) {
  const name = fields.url.includes("constructor") ? "constructor" : "NOPE";
  test(`http() does not start when ${name} is missing in its ${where}`, async () => {
    const { end, stdout, stderr } = await run(fields);
    assertEquals(end, {
      outcome: { kind: "not_started", why: { reason: "variable_missing", name, where } },
    });
    assertEquals([stdout, stderr], ["", ""]);
  });
}

for (
  const [url, shown] of [
    ["", ""],
    ["not an address", "not an address"],
    ["/health", "/health"],
    ["ftp://example.org/x", "ftp://example.org/x"],
    ["file:///etc/passwd", "file:///etc/passwd"],
    ["http://127.0.0.1:99999/?key=secret", "http://127.0.0.1:99999/?…"],
    ["user:secret@example.org/", "user:…@example.org/"],
    ["https://user:sec/ret@example.org/", "https://…@example.org/"],
  ] as const
) {
  test(`http() does not start with the address ${JSON.stringify(url)}`, async () => {
    const { end } = await run({ url: "${ADDRESS}" }, { environment: { ADDRESS: url } });
    assertEquals(end.outcome, { kind: "not_started", why: { reason: "url_invalid", url: shown } });
  });
}

for (
  const [what, fields, cause] of [
    [
      "a header value of two lines",
      { headers: { "X-Key": "${TWO}" } },
      "invalid HTTP header X-Key",
    ],
    ["a header name with a space", { headers: { "X Key": "v" } }, "invalid HTTP header X Key"],
    ["a method fetch forbids", { method: "TRACE" }, "Method is forbidden"],
    ["a port fetch blocks", { url: "http://127.0.0.1:1/" }, "Requests to port 1 are blocked"],
  ] as const
) {
  test(`http() does not start with ${what}`, async () => {
    const { end } = await run(
      { url: "http://127.0.0.1/", ...fields },
      { environment: { TWO: "secret\nX: y" } },
    );
    assertEquals(reasonOf(end.outcome).reason, "spawn_failed");
    assertStringIncludes(reasonOf(end.outcome).cause, cause);
    assert(!JSON.stringify(end).includes("secret"));
  });
}

for (
  const [what, userinfo, headers, expected] of [
    ["turns user and password into a header", "us%40er:p%3A%C3%A9@", {}, "Basic dXNAZXI6cDrDqQ=="],
    ["turns a user alone into a header", "token@", {}, "Basic dG9rZW46"],
    ["prefers a given header", "u:p@", { authorization: "Bearer x" }, "Bearer x"],
  ] as const
) {
  test(`http() ${what} when the address has credentials`, async () => {
    await using server = serve(() => new Response());
    const { stderr } = await run({ url: `http://${userinfo}${server.host}/`, headers });
    assertEquals(server.seen[0]?.headers.get("authorization"), expected);
    assertEquals(stderr.split("\n")[0], `> GET ${server.origin}/`);
  });
}

// The answer

test("http() keeps the body as stdout, notes on stderr, and facts for the result", async () => {
  await using server = serve(() => new Response("ünï", { headers: { "x-secret": "s3cret" } }));
  const { end, stdout, stderr } = await run({
    url: `http://me:s3cret@${server.host}/path?key=s3cret#s3cret`,
    headers: { "X-Key": "s3cret" },
  });
  assertEquals(end, {
    outcome: SUCCEEDED,
    http: { status: 200, firstByteMs: 0, bodyBytes: 5 },
  });
  assertEquals(stdout, "ünï");
  assertEquals(
    stderr,
    `> GET ${server.origin}/path?…\n< 200 OK, 5 bytes, first byte after 0 ms\n`,
  );
});

test("http() measures the first byte from the start of the attempt", async () => {
  await using server = serveRaw(null);
  const request = action({ url: server.origin });
  using attempt = attemptContext(request);
  const { ended } = http(request, attempt.context);
  const connection = await server.next();
  attempt.clock.advance(12);
  await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  assertEquals((await ended).http, { status: 200, firstByteMs: 12, bodyBytes: 1 });
  assertStringIncludes(attempt.stderr(), "< 200 OK, 1 byte, first byte after 12 ms\n");
});

for (
  const [status, expectStatus, welcome] of [
    [200, [], true],
    [204, [], true],
    [299, [], true],
    [304, [], false],
    [404, [], false],
    [500, [], false],
    [200, [201, 204], false],
    [404, [200, 404], true],
    [302, [302], true],
  ] as const
) {
  const verdict = welcome ? "accepts" : "fails";
  test(`http() ${verdict} status ${status} when it expects [${expectStatus}]`, async () => {
    const empty = status === 204 || status === 304;
    await using server = serve(() =>
      new Response(empty ? null : "text", { status, headers: { location: "/elsewhere" } })
    );
    const { end, stdout } = await run({ url: server.origin, expectStatus });
    const failure: HttpFailure = { reason: "status", status, expected: expectStatus };
    assertEquals(end.outcome, welcome ? SUCCEEDED : failed(failure));
    assertEquals(stdout, empty ? "" : "text");
    assertEquals(server.seen.length, 1);
  });
}

// Bounds of the body

const SMALL = makeHttpExecutor({ ...DEFAULT_LIMITS, bodyBytes: 1000 });
const TOO_LARGE = failed({ reason: "body_too_large", limitBytes: 1000 });

for (
  const [size, outcome] of [[1000, SUCCEEDED], [1001, TOO_LARGE], [300_000, TOO_LARGE]] as const
) {
  test(`http() keeps at most 1000 of a body of ${size} bytes if that is the cap`, async () => {
    await using server = serve(() => new Response("x".repeat(size)));
    const { end, stdout } = await run({ url: server.origin }, { executor: SMALL });
    assertEquals(end.outcome, outcome);
    assertEquals([stdout.length, end.http?.bodyBytes], [1000, 1000]);
  });
}

test("http() counts the decoded bytes of a compressed body", async () => {
  const bomb = await new Response(
    new Blob([new Uint8Array(5_000_000)]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  await using server = serve(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
  const { end, stdout } = await run({ url: server.origin }, { executor: SMALL });
  assertEquals([end.outcome, stdout.length], [TOO_LARGE, 1000]);
});

test("http() hangs up on a body without end at 10 MiB", async () => {
  const hungUp = Promise.withResolvers<void>();
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => hungUp.resolve(),
      }),
    )
  );
  const { end, stdout } = await run({ url: server.origin });
  await hungUp.promise;
  const limitBytes = 10 * 1024 * 1024;
  assertEquals(end.outcome, failed({ reason: "body_too_large", limitBytes }));
  assertEquals(stdout.length, limitBytes);
});

test("http() names the status when an unwelcome answer is too long as well", async () => {
  await using server = serve(() => new Response("x".repeat(2000), { status: 500 }));
  const { end, stdout } = await run({ url: server.origin }, { executor: SMALL });
  assertEquals(end.outcome, failed({ reason: "status", status: 500, expected: [] }));
  assertEquals(stdout.length, 1000);
});

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

const CREDENTIALS = { Authorization: "Bearer x", Cookie: "a=b", "Proxy-Authorization": "Basic y" };

function credentialsSeen(seen: Seen | undefined): (string | null | undefined)[] {
  return Object.keys(CREDENTIALS).map((name) => seen?.headers.get(name));
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

// Being stopped

for (const force of [false, true]) {
  test(`http() ends at once when stopped before the answer (force: ${force})`, async () => {
    await using server = serveRaw(null);
    const request = action({ url: server.origin, method: "POST", body: "x" });
    using attempt = attemptContext(request);
    const running = http(request, attempt.context);
    const connection = await server.next();
    running.stop(force);
    running.stop(true);
    assertEquals(await running.ended, { outcome: CANCELLED });
    await connection.gone;
    running.stop(force);
  });
}

test("http() can be stopped before it has sent anything", async () => {
  const request = action({ url: `http://127.0.0.1:${freePort()}/` });
  using attempt = attemptContext(request);
  const running = http(request, attempt.context);
  running.stop(false);
  assertEquals(await running.ended, { outcome: CANCELLED });
});

for (const status of [200, 500]) {
  test(`http() is cancelled when stopped within the body of a ${status}`, async () => {
    await using server = serveRaw(null);
    const request = action({ url: server.origin });
    using attempt = attemptContext(request);
    const running = http(request, attempt.context);
    const connection = await server.next();
    const reading = attempt.clock.nextTimer();
    await connection.write(`HTTP/1.1 ${status} X\r\nContent-Length: 9\r\n\r\n`);
    await reading;
    const readingOn = attempt.clock.nextTimer();
    await connection.write("abc");
    await readingOn;
    running.stop(false);
    const end = await running.ended;
    assertEquals(end, { outcome: CANCELLED, http: { status, firstByteMs: 0, bodyBytes: 3 } });
    assertEquals(attempt.stdout(), "abc");
    await connection.gone;
  });
}

test("http() takes no notice of a stop after the end", async () => {
  await using server = serve(() => new Response("x"));
  const request = action({ url: server.origin });
  using attempt = attemptContext(request);
  const running = http(request, attempt.context);
  assertEquals((await running.ended).outcome, SUCCEEDED);
  running.stop(true);
  assertEquals((await running.ended).outcome, SUCCEEDED);
});

// Trouble on the way

for (
  const [what, url, cause] of [
    ["a name that does not exist", "http://no-such-host.invalid/?secret", "dns error"],
    ["a port nobody listens on", `http://127.0.0.1:${freePort()}/?secret`, "refused"],
  ] as const
) {
  test(`http() finds ${what} unreachable`, async () => {
    const { end, stderr } = await run({ url });
    const found = reasonOf(end.outcome);
    assertEquals(found.reason, "unreachable");
    assertStringIncludes(found.cause, cause);
    assert(!found.cause.includes("secret") && !found.cause.includes("\n"));
    assertStringIncludes(stderr, "> GET http://");
    assertEquals(end.http, undefined);
  });
}

const OK = "HTTP/1.1 200 OK\r\n";
for (
  const [what, script, kept] of [
    ["the connection closes without an answer", "", ""],
    ["the headers break off", "HTTP/1.1 200 OK\r\nContent-Le", ""],
    ["the answer is not HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n", ""],
    ["the body breaks off", `${OK}Content-Length: 10\r\n\r\nabc`, "abc"],
    ["the chunks are garbage", `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nZZZ\r\n`, "abc"],
    [
      "the compression is garbage",
      `${OK}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
      "",
    ],
  ] as const
) {
  test(`http() has lost the connection when ${what}`, async () => {
    await using server = serveRaw(script);
    const { end, stdout } = await run({ url: server.origin });
    const found = reasonOf(end.outcome);
    assertEquals(found.reason, "connection_lost");
    assert(found.cause.length > 0 && !found.cause.includes("127.0.0.1"), found.cause);
    assertEquals(stdout, kept);
  });
}

test("http() sends a POST once, also when the connection is reset after it", async () => {
  await using server = serveRaw("");
  const { end } = await run({ url: server.origin, method: "POST", body: "x".repeat(1_000_000) });
  assertEquals(reasonOf(end.outcome).reason, "connection_lost");
  assertEquals(server.connections, 1);
});

Deno.test({
  name: "http() names the flag when it may not use the network",
  permissions: { net: false, read: true, write: true },
  async fn() {
    for (
      const [url, flag] of [
        ["http://example.org/", "--allow-net=example.org:80"],
        ["https://u:p@example.org/x", "--allow-net=example.org:443"],
        ["http://[::1]:8080/", "--allow-net=[::1]:8080"],
      ] as const
    ) {
      const { end } = await run({ url });
      assertEquals(end, {
        outcome: { kind: "not_started", why: { reason: "permission_denied", flag } },
      });
    }
  },
});

for (const failing of ["create", "write"] as const) {
  test(`http() ends in order when ${failing} finds the disk full`, async () => {
    await using server = serve(() => new Response("x"));
    const request = action({ url: server.origin });
    let open = 0;
    const full = () => {
      throw new Error("No space left on device");
    };
    using attempt = attemptContext(request, {
      create(path) {
        if (failing === "create" && path.endsWith(".err")) full();
        open++;
        return {
          write: path.endsWith(".out")
            ? () => Promise.reject(new Error("No space left on device"))
            : () => Promise.resolve(),
          close: () => void open--,
        };
      },
    });
    const { outcome } = await http(request, attempt.context).ended;
    assertEquals(reasonOf(outcome), { reason: "spawn_failed", cause: "No space left on device" });
    assertEquals(open, 0);
  });
}

// Certificates, made at test time

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Runs openssl with its files in `folder`. */
function openssl(folder: string, ...args: string[]): boolean {
  try {
    const command = new Deno.Command("openssl", {
      args,
      cwd: folder,
      stdout: "null",
      stderr: "null",
    });
    return command.outputSync().success;
  } catch {
    return false;
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate for `name`, signed by the authority in `folder`, that ends after `days`. */
function certificate(folder: string, name: string, days: string): Certificate {
  openssl(folder, "req", ...NEW_KEY, "-keyout", "key", "-out", "request", "-subj", "/CN=orch");
  Deno.writeTextFileSync(
    join(folder, "extensions"),
    `subjectAltName=${name}\nbasicConstraints=CA:FALSE\n`,
  );
  const signing = ["-CA", "ca", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
  openssl(folder, "x509", "-req", "-in", "request", "-out", "cert", ...signing, "-days", days);
  return {
    cert: Deno.readTextFileSync(join(folder, "cert")),
    key: Deno.readTextFileSync(join(folder, "key")),
  };
}

/** Calls `body` with a folder that holds an authority, and a fetch that trusts it. */
async function withAuthority(
  body: (folder: string, trusting: typeof fetch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "orch-tls-" });
  try {
    const authority = ["-keyout", "ca.key", "-out", "ca", "-subj", "/CN=authority", "-days", "2"];
    assert(openssl(folder, "req", "-x509", ...NEW_KEY, ...authority));
    const caCerts = [await Deno.readTextFile(join(folder, "ca"))];
    using client = Deno.createHttpClient({ caCerts });
    await body(folder, (input, init) => fetch(input, { ...init, client }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const hasOpenssl = openssl(".", "version");
const skipped = hasOpenssl ? "" : " (skipped: no openssl)";
if (!hasOpenssl) {
  // deno-lint-ignore no-console -- a reader of the test log should know what was not tested
  console.log("skipped: no openssl");
}

for (
  const [what, name, days, trusted, cause] of [
    ["has expired", "IP:127.0.0.1", "-1", true, "Expired"],
    ["is for another host", "DNS:elsewhere.example", "2", true, "not valid for name"],
    ["comes from an unknown issuer", "IP:127.0.0.1", "2", false, "UnknownIssuer"],
  ] as const
) {
  test(
    `http() refuses a certificate that ${what}${skipped}`,
    () =>
      withAuthority(async (folder, trusting) => {
        await using server = serve(() => new Response(), certificate(folder, name, days));
        const { end } = await run({ url: server.origin }, trusted ? { fetch: trusting } : {});
        const found = reasonOf(end.outcome);
        assertEquals(found.reason, "certificate");
        assertStringIncludes(found.cause, cause);
        assertEquals(server.seen.length, 0);
      }),
    !hasOpenssl,
  );
}

test(
  `http() refuses a certificate that signed itself${skipped}`,
  () =>
    withAuthority(async (folder) => {
      const read = (file: string) => Deno.readTextFileSync(join(folder, file));
      await using server = serve(() => new Response(), { cert: read("ca"), key: read("ca.key") });
      const { end } = await run({ url: server.origin });
      assertEquals(reasonOf(end.outcome).reason, "certificate");
    }),
  !hasOpenssl,
);

test(
  `http() follows https to http on the same host without credentials${skipped}`,
  () =>
    withAuthority(async (folder, trusting) => {
      await using plain = serve(() => new Response("plain"));
      const signed = certificate(folder, "IP:127.0.0.1", "2");
      await using server = serve(() => redirect(302, plain.origin), signed);
      const { end, stdout } = await run(
        { url: server.origin, headers: CREDENTIALS },
        { fetch: trusting },
      );
      assertEquals([end.outcome, stdout], [SUCCEEDED, "plain"]);
      assertEquals(credentialsSeen(server.seen[0]), Object.values(CREDENTIALS));
      assertEquals(credentialsSeen(plain.seen[0]), [null, null, null]);
    }),
  !hasOpenssl,
);
