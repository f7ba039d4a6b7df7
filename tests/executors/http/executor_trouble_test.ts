/** The http executor: stops, unreachable servers, broken answers, certificates. */
import { http } from "../../../executors/http/executor.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { attemptContext } from "../../support/attempt_context.ts";
import {
  action,
  CANCELLED,
  CREDENTIALS,
  credentialsSeen,
  freePort,
  reasonOf,
  redirect,
  run,
  serve,
  serveRaw,
  SUCCEEDED,
  test,
} from "../../support/http_run.ts";
import { sendRequest } from "../../../lib/runtime/http/http_client.ts";
import type { World } from "../../../lib/runtime/port/world.ts";
import { join } from "node:path";

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
    ["a name that does not exist", "http://no-such-host.invalid/?secret", "ENOTFOUND"],
    ["a port nobody listens on", `http://127.0.0.1:${freePort()}/?secret`, "ECONNREFUSED"],
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

/** Calls `body` with a folder that holds an authority, and a client that trusts it. */
async function withAuthority(
  body: (folder: string, trusting: World["request"]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "orch-tls-" });
  try {
    const authority = ["-keyout", "ca.key", "-out", "ca", "-subj", "/CN=authority", "-days", "2"];
    assert(openssl(folder, "req", "-x509", ...NEW_KEY, ...authority));
    const caCerts = [await Deno.readTextFile(join(folder, "ca"))];
    await body(folder, (request) => sendRequest(request, { env: () => undefined, caCerts }));
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
    ["has expired", "IP:127.0.0.1", "-1", true, "expired"],
    ["is for another host", "DNS:elsewhere.example", "2", true, "does not match"],
    ["comes from an unknown issuer", "IP:127.0.0.1", "2", false, "unable to verify"],
  ] as const
) {
  test(
    `http() refuses a certificate that ${what}${skipped}`,
    () =>
      withAuthority(async (folder, trusting) => {
        await using server = serve(() => new Response(), certificate(folder, name, days));
        const { end } = await run({ url: server.origin }, trusted ? { request: trusting } : {});
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
        { request: trusting },
      );
      assertEquals([end.outcome, stdout], [SUCCEEDED, "plain"]);
      assertEquals(credentialsSeen(server.seen[0]), Object.values(CREDENTIALS));
      assertEquals(credentialsSeen(plain.seen[0]), [null, null, null]);
    }),
  !hasOpenssl,
);
