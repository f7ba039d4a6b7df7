/** The sending of one request: what goes over the wire, and how the answer is read. */
import { sendRequest } from "../../../lib/runtime/http/http_client.ts";
import { drain } from "../../support/http_run.ts";
import { newProject, workflow } from "../../support/cli.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../support/assert.ts";

interface Exchange {
  /** What the server got, in lines. */
  readonly heard: readonly string[];
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a request to a server that answers with `script` and hangs up. */
async function exchange(
  fields: { method?: string; headers?: HeadersInit; body?: string; path?: string },
  script: string | Uint8Array = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
): Promise<Exchange> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    const decoder = new TextDecoder();
    let heard = "";
    const buffer = new Uint8Array(65_536);
    // The request is over when the length that it says has come.
    for (;;) {
      const [, length = "0"] = /content-length: (\d+)/i.exec(heard) ?? [];
      const end = heard.indexOf("\r\n\r\n");
      if (end >= 0 && bytesIn(heard) >= end + 4 + Number(length)) break;
      const read = await conn.read(buffer);
      if (read === null) break;
      heard += decoder.decode(buffer.subarray(0, read));
    }
    await conn.write(typeof script === "string" ? new TextEncoder().encode(script) : script);
    await conn.closeWrite();
    await drain(conn, () => {});
    return heard.split("\r\n");
  })();
  const answer = await sendRequest({
    url: new URL(`http://127.0.0.1:${listener.addr.port}${fields.path ?? "/"}`),
    method: fields.method ?? "GET",
    headers: new Headers(fields.headers),
    body: fields.body ?? null,
    signal: new AbortController().signal,
    connected() {},
  }, { env: () => undefined });
  const text = await new Response(answer.body).text();
  const { status, headers } = answer;
  return { heard: await serving, status, headers, text };
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}

Deno.test("sendRequest() says who it is and what it takes, unless the headers say otherwise", async () => {
  const plain = await exchange({ path: "/a?b=c" });
  assertEquals(plain.heard[0], "GET /a?b=c HTTP/1.1");
  for (const line of ["accept: */*", "user-agent: orch", "accept-encoding: gzip, deflate, br"]) {
    assert(plain.heard.includes(line), `${line} in ${plain.heard}`);
  }
  const own = await exchange({ headers: { accept: "text/x", "user-agent": "me", host: "other" } });
  for (const line of ["accept: text/x", "user-agent: me", "host: other"]) {
    assert(own.heard.includes(line), `${line} in ${own.heard}`);
  }
});

for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
  Deno.test(`sendRequest() sends a body with ${method}, as long as it is in bytes`, async () => {
    const headers = { "content-length": "1", "transfer-encoding": "chunked", connection: "x" };
    const { heard } = await exchange({ method, headers, body: "ünï" });
    assert(heard.includes("content-length: 5") && heard.includes("connection: close"), `${heard}`);
    assertEquals([heard.at(-1), heard.some((line) => /chunked/.test(line))], ["ünï", false]);
  });
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
for (
  const [what, script, status, text] of [
    ["a body that ends with the connection", "HTTP/1.0 200 OK\r\n\r\nold", 200, "old"],
    [
      "chunks",
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n`,
      200,
      "abcd",
    ],
    [
      "an answer after another that is provisional",
      `HTTP/1.1 100 Continue\r\n\r\n${OK}\r\nx`,
      200,
      "x",
    ],
    ["a status nobody knows", "HTTP/1.1 999 Hm\r\nContent-Length: 0\r\n\r\n", 999, ""],
    ["no body where none may be", "HTTP/1.1 204 No\r\nContent-Encoding: gzip\r\n\r\n", 204, ""],
    [
      "no body where there should be none",
      "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nhi",
      204,
      "",
    ],
    ["not what follows an empty body", `${OK}Content-Length: 0\r\n\r\nmore`, 200, ""],
    ["not what follows a body", `${OK}Content-Length: 2\r\n\r\nhi and more`, 200, "hi"],
    ["not what follows chunks", `${OK}${CHUNKED}2\r\nhi\r\n0\r\n\r\nmore`, 200, "hi"],
    [
      "an empty body that is said to be packed",
      `${OK}Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n`,
      200,
      "",
    ],
    ["an encoding nobody knows, as it is", `${OK}Content-Encoding: zstd\r\n\r\nraw`, 200, "raw"],
  ] as const
) {
  Deno.test(`sendRequest() reads ${what}`, async () => {
    const answer = await exchange({}, script);
    assertEquals([answer.status, answer.text], [status, text]);
  });
}

for (
  const [encoding, format] of [["gzip", "gzip"], ["deflate", "deflate"], ["BR", "brotli"]] as const
) {
  Deno.test(`sendRequest() decodes a body in ${encoding}`, async () => {
    const stream = new Blob(["packed"]).stream().pipeThrough(new CompressionStream(format));
    const packed = await new Response(stream).bytes();
    const head = new TextEncoder().encode(`${OK}Content-Encoding: ${encoding}\r\n\r\n`);
    const { text } = await exchange({}, new Uint8Array([...head, ...packed]));
    assertEquals(text, "packed");
  });
}

Deno.test("sendRequest() keeps every line of a header that stands more than once", async () => {
  const { headers } = await exchange({}, `${OK}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n`);
  assertEquals(headers.getSetCookie(), ["a=1", "b=2"]);
});

Deno.test("sendRequest() says once that an answer is broken, and throws nothing where nobody hears it", async () => {
  const broken = [
    `${OK}${CHUNKED}2\r\nhi\r\nzz\r\n`,
    `${OK}${CHUNKED}zz\r\n`,
    `${OK}Content-Length: 9\r\n\r\nhi`,
    `${OK}Content-Encoding: gzip\r\n\r\nhi`,
  ];
  for (const script of broken) await assertRejects(() => exchange({}, script));
});

for (const heard of [false, true]) {
  Deno.test(`a body that is cut off before it is read is broken${heard ? ", and stays so" : ""}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      using conn = await listener.accept();
      await conn.read(new Uint8Array(1024));
      await conn.write(new TextEncoder().encode(`${OK}Content-Length: 4\r\n\r\nbody`));
      await drain(conn, () => {});
    })();
    const cut = new AbortController();
    const { body } = await sendRequest({
      url: new URL(`http://127.0.0.1:${listener.addr.port}`),
      method: "GET",
      headers: new Headers(),
      body: null,
      signal: cut.signal,
      connected() {},
    }, { env: () => undefined });
    cut.abort(new Error("cut"));
    if (heard) await serving;
    await assertRejects(() => new Response(body).text(), Error, "cut");
    await serving;
  });
}

Deno.test("sendRequest() does not follow a server to another protocol", async () => {
  const script = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
  await assertRejects(() => exchange({}, script), Error, "switched to another protocol");
});

Deno.test("a request goes through the proxy that the environment names, unless NO_PROXY knows better", async () => {
  const asked: string[] = [];
  await using proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(request.url);
    return new Response("by proxy");
  });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("directly"),
  );
  await using project = newProject({
    "w.yaml": workflow(
      { id: "far", job_type: "http", command: "http://far.invalid/x" },
      { id: "near", job_type: "http", command: `http://127.0.0.1:${server.addr.port}/` },
    ),
  });
  const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.addr.port}`, NO_PROXY: "127.0.0.1" };
  const { code, stderr } = await project.spawn(["run", "w.yaml", "-o", "r.json"], { env }).finished;
  const { far, near } = project.json("r.json").jobs;
  assertEquals([code, far?.stdout, near?.stdout], [0, "by proxy", "directly"], stderr);
  assertEquals(asked.length, 1);
  assertMatch(asked[0]!, /far\.invalid\/x$/);
});
