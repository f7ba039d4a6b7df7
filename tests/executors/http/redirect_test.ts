/** The http executor: redirects. */
import { assertEquals, assertStringIncludes } from "../../support/assert.ts";
import {
  CREDENTIALS,
  credentialsSeen,
  failed,
  type Handler,
  redirect,
  run,
  serve,
  SUCCEEDED,
  test,
} from "../../support/http_run.ts";

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

/** Headers of a request, and whether they go with it to another origin. */
const HEADERS: readonly (readonly [name: string, goesAlong: boolean])[] = [
  ...["Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "apikey", "PRIVATE-TOKEN"]
    .map((name) => [name, false] as const),
  ...["X-Auth-Token", "X-Vault-Token", "X-Amz-Security-Token", "Ocp-Apim-Subscription-Key"]
    .map((name) => [name, false] as const),
  ...["X-Hub-Signature-256", "X-Session-Id", "X-Client-Secret", "X-Password", "DD-ACCESS-KEY"]
    .map((name) => [name, false] as const),
  // None of these says by its name what it is.
  ...["X-JFrog-Art-Api", "X-Master-Key", "X-Parse-Master-Key", "X-JWT-Assertion", "X-GitHub-OTP"]
    .map((name) => [name, false] as const),
  ...["X-Own", "X-Author", "Idempotency-Key", "Content-Type", "Referer", "tracestate", "From"]
    .map((name) => [name, false] as const),
  ...["Accept", "Accept-Language", "User-Agent", "X-Request-Id", "Range", "Cache-Control"]
    .map((name) => [name, true] as const),
  ...["traceparent", "If-None-Match"].map((name) => [name, true] as const),
];

for (const [name, goesAlong] of HEADERS) {
  test(`http() ${goesAlong ? "keeps" : "drops"} ${name} when a redirect leaves the origin`, async () => {
    await using away = serve(() => new Response());
    await using server = serve(({ path }) =>
      path === "/here" ? redirect(307, `${away.origin}/`) : redirect(307, "/here")
    );
    const { end } = await run({ url: server.origin, headers: { [name]: "own" } });
    assertEquals(end.outcome, SUCCEEDED);
    const seen = [...server.seen, ...away.seen].map(({ headers }) => headers.get(name) === "own");
    assertEquals(seen, [true, true, goesAlong]);
  });
}

for (
  const [status, method, arrives] of [
    [307, "POST", false],
    [308, "PATCH", false],
    [301, "PUT", false],
    [302, "DELETE", false],
    [303, "POST", true],
    [302, "POST", true],
  ] as const
) {
  const what = arrives ? "goes on without it" : "ends the attempt";
  test(`http() sends no body to another origin: ${status} to ${method} ${what}`, async () => {
    await using away = serve(() => new Response("there"));
    await using server = serve(({ path }) =>
      path === "/here" ? redirect(status, `${away.origin}/to?t=s3cret`) : redirect(307, "/here")
    );
    const { end } = await run({ url: server.origin, method, body: "client_secret=x" });
    assertEquals(server.seen.map(({ body }) => body), ["client_secret=x", "client_secret=x"]);
    if (arrives) {
      assertEquals([end.outcome, away.seen.length], [SUCCEEDED, 1]);
      assertEquals([away.seen[0]!.method, away.seen[0]!.body], ["GET", ""]);
    } else {
      const failure = { reason: "redirect_body", url: `${away.origin}/to?…` } as const;
      assertEquals([end.outcome, away.seen.length], [failed(failure), 0]);
    }
  });
}

test("http() goes to another origin with a method that changes something, if there is no body", async () => {
  await using away = serve(() => new Response());
  await using server = serve(() => redirect(308, `${away.origin}/`));
  const { end } = await run({ url: server.origin, method: "DELETE" });
  assertEquals([end.outcome, away.seen[0]!.method], [SUCCEEDED, "DELETE"]);
});
