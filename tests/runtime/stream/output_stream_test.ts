/** A stream that never makes the program wait: what reaches the reader, in what order, and when. */
import { type Sink, StandardStream } from "../../../lib/runtime/stream/output_stream.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../support/assert.ts";

/** A reader that takes what it is handed when a test says so. */
class Reader implements Sink {
  text = "";
  /** One entry for each time something was handed over. */
  readonly pieces: number[] = [];
  readonly #decoder = new TextDecoder();
  #takes: (() => void)[] = [];
  #patient = true;
  /** Thrown at the next piece, if set. */
  failure: Error | null = null;
  /** Bytes that it takes at once. */
  most = Infinity;

  isTerminal(): boolean {
    return false;
  }

  /** Takes nothing more until `read`. */
  stop(): void {
    this.#patient = false;
  }

  /** Takes all, now and from now on. */
  read(): void {
    this.#patient = true;
    for (const take of this.#takes.splice(0)) take();
  }

  writeSync(bytes: Uint8Array): number {
    return this.#take(bytes);
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.#patient) await new Promise<void>((resolve) => this.#takes.push(resolve));
    return this.#take(bytes);
  }

  #take(bytes: Uint8Array): number {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    const taken = bytes.subarray(0, this.most);
    this.pieces.push(taken.length);
    this.text += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  }
}

function unblocked(reader: Reader): StandardStream {
  const stream = new StandardStream(reader);
  stream.unblock();
  return stream;
}

Deno.test("StandardStream waits for its reader until it is unblocked", async () => {
  const reader = new Reader();
  reader.most = 3;
  const stream = new StandardStream(reader);
  stream.write("abcdef");
  stream.write(new Uint8Array([0xff, 65]));
  assertEquals([reader.text, reader.pieces, stream.waiting], ["abcdef\ufffdA", [3, 3, 2], 0]);
  stream.unblock();
  stream.write("later");
  assertEquals(stream.waiting, 5);
  await stream.flush();
  assertEquals(reader.text, "abcdef\ufffdAlater");
});

Deno.test("StandardStream keeps bytes as they were when they were written", async () => {
  const reader = new Reader();
  const stream = unblocked(reader);
  const bytes = new Uint8Array([65, 66]);
  stream.write(bytes);
  bytes.fill(0);
  await stream.flush();
  assertEquals(reader.text, "AB");
});

Deno.test("StandardStream hands over what one stretch of code writes in one piece, in order", async () => {
  const reader = new Reader();
  const stream = unblocked(reader);
  stream.write("one ");
  stream.write("");
  stream.write("two ");
  await stream.flush();
  stream.write("three");
  await stream.flush();
  assertEquals([reader.text, reader.pieces, stream.waiting], ["one two three", [8, 5], 0]);
});

Deno.test("StandardStream does not wait for its reader, and says how much does", async () => {
  const reader = new Reader();
  const stream = unblocked(reader);
  reader.stop();
  for (let i = 0; i < 1_000; i++) stream.write("0123456789");
  await Promise.resolve();
  assertEquals([reader.text, stream.waiting], ["", 10_000]);
  const flushed = stream.flush();
  reader.read();
  await flushed;
  assertEquals([reader.text.length, stream.waiting], [10_000, 0]);
});

Deno.test("StandardStream hands over large texts piece by piece", async () => {
  const reader = new Reader();
  const stream = unblocked(reader);
  const text = `x${"😀".repeat(100_000)}é`;
  stream.write(text);
  await stream.flush();
  assert(reader.text === text);
  assert(reader.pieces.length > 2 && Math.max(...reader.pieces) <= 64 * 1024);
});

Deno.test("StandardStream goes on where a reader takes a part, or refuses for a moment", async () => {
  const reader = new Reader();
  reader.most = 3;
  reader.failure = new Deno.errors.WouldBlock("not now");
  const stream = unblocked(reader);
  stream.write("abcdefgh");
  await stream.flush();
  assertEquals([reader.text, reader.pieces], ["abcdefgh", [3, 3, 2]]);
});

Deno.test("StandardStream rests while a reader refuses, where the program waits for it", () => {
  let tries = 0;
  const busyUntil = performance.now() + 60;
  const stream = new StandardStream({
    write: (bytes) => Promise.resolve(bytes.length),
    writeSync(bytes) {
      tries++;
      if (performance.now() < busyUntil) throw new Deno.errors.WouldBlock("not now");
      return bytes.length;
    },
    isTerminal: () => false,
  });
  stream.write("a");
  assert(performance.now() >= busyUntil && tries < 30, `${tries} tries`);
});

const NOBODY = [
  new Deno.errors.BrokenPipe("Broken pipe"),
  Object.assign(new Error("Input/output error"), { code: "EIO" }),
];

for (const failure of NOBODY) {
  Deno.test(`StandardStream is silent where nobody reads any more: ${failure.message}`, async () => {
    const reader = new Reader();
    const stream = unblocked(reader);
    stream.write("a");
    reader.failure = failure;
    await stream.flush();
    stream.write("b");
    await stream.flush();
    assertEquals([reader.text, stream.waiting, stream.isBroken], ["", 0, true]);
  });
}

Deno.test("StandardStream throws what a write failed with: at the next one, and at the end", async () => {
  const reader = new Reader();
  const stream = unblocked(reader);
  reader.failure = new Error("No space left on device");
  stream.write("a");
  await assertRejects(() => stream.flush(), Error, "No space left");
  assertThrows(() => stream.write("b"), Error, "No space left");
  await assertRejects(() => stream.flush(), Error, "No space left");
  assertEquals([reader.text, stream.waiting], ["", 0]);
});
