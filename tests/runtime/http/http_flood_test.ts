/** Servers that send without end what is no answer: they are hung up on, and nothing else has to wait. */
import { sendRequest } from "../../../lib/runtime/http/http_client.ts";
import { assertEquals, assertRejects } from "../../support/assert.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Sends a request to a server that says `first`, then `again` until nobody listens, and reads the body. */
async function flooded(first: string, again: string, times = Infinity): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const unit = new TextEncoder().encode(again.repeat(Math.ceil(65_536 / again.length)));
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(65_536));
    try {
      await write(conn, new TextEncoder().encode(first));
      for (let time = 0; time < times; time++) await write(conn, unit);
      await write(conn, new TextEncoder().encode("0\r\n\r\n"));
    } catch {
      // It was hung up on.
    }
  })();
  try {
    const answer = await sendRequest({
      url: new URL(`http://127.0.0.1:${listener.addr.port}/`),
      method: "GET",
      headers: new Headers(),
      body: null,
      signal: new AbortController().signal,
      connected() {},
    }, { env: () => undefined });
    let bytes = 0;
    for await (const part of answer.body!) bytes += part.length;
    return bytes;
  } finally {
    await serving;
  }
}

async function write(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
}

const INTERIM = "the server sent more than 16 interim answers";
const FRAMING = "the server sent too much beside the body";

for (
  const [what, first, again, cause] of [
    ["100 Continue", "", "HTTP/1.1 100 Continue\r\n\r\n", INTERIM],
    ["103 Early Hints", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", INTERIM],
    ["an extension of a chunk", `${CHUNKED}5;`, `${"x".repeat(60)}=y;`, FRAMING],
    ["extensions of small chunks", CHUNKED, `1;${"x".repeat(60)}\r\nx\r\n`, FRAMING],
    ["headers", "HTTP/1.1 200 OK\r\n", `a: ${"x".repeat(60)}\r\n`, ""],
  ] as const
) {
  Deno.test(`sendRequest() hangs up on a server that floods with ${what}`, async () => {
    await assertRejects(() => flooded(first, again), Error, cause);
  });
}

Deno.test("sendRequest() takes a body in the smallest chunks, and a few interim answers", async () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(16);
  // 10,923 chunks in each of 40 pieces: 2.6 MB on the wire.
  assertEquals(await flooded(interim + CHUNKED, "1\r\nx\r\n", 40), 40 * 10_923);
});
