/** The http executor: requests, answers and bodies. */
import { DEFAULT_LIMITS, http, makeHttpExecutor } from "../../../executors/http/executor.ts";
import { type HttpFailure } from "../../../lib/core/run/event.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { attemptContext } from "../../support/attempt_context.ts";
import {
  action,
  failed,
  reasonOf,
  run,
  serve,
  serveRaw,
  SUCCEEDED,
  test,
} from "../../support/http_run.ts";

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
  ] as const
) {
  test(`http() does not start with ${what}`, async () => {
    const { end } = await run(
      { url: "http://127.0.0.1/", ...fields },
      { environment: { TWO: "secret\nX: y" } },
    );
    assertEquals(reasonOf(end.outcome).reason, "request_invalid");
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
