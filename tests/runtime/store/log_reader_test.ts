/** Files that are read while others write them: logs that grow and are cut, journals that grow and tear. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { readJournal } from "../../../lib/core/record/journal_read.ts";
import { JournalTail } from "../../../lib/runtime/store/journal_tail.ts";
import { cutMiddle } from "../../../lib/runtime/process/log_cap.ts";
import { LogReader } from "../../../lib/runtime/store/log_reader.ts";
import { assertEquals, assertStringIncludes } from "../../support/assert.ts";

/** A file that is gone when the test leaves its scope. */
class TestFile implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "orch-log-" });
  readonly path = `${this.#folder}/file`;

  append(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.path, bytes, { append: true });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** All that a log gives now. */
function drain(reader: LogReader): string {
  let text = "";
  for (;;) {
    const read = reader.next();
    if (read.kind === "bytes") text += new TextDecoder().decode(read.bytes);
    else if (read.kind === "cut") text += "<cut>";
    else return `${text}<${read.kind}>`;
  }
}

Deno.test("a log is read from the moment it is there, and on as it grows", () => {
  using file = new TestFile();
  using reader = new LogReader(file.path);
  assertEquals(drain(reader), "<missing>");
  file.append("one\n");
  assertEquals([drain(reader), drain(reader)], ["one\n<end>", "<end>"]);
  file.append("two");
  file.append(" three\n");
  assertEquals(drain(reader), "two three\n<end>");
});

Deno.test("a log larger than one piece comes whole", () => {
  using file = new TestFile();
  file.append("0123456789".repeat(30_000));
  using reader = new LogReader(file.path);
  assertEquals(drain(reader).length, 300_000 + "<end>".length);
});

Deno.test("a log whose middle is cut out while it is read says so, and goes on at its end", () => {
  using file = new TestFile();
  using reader = new LogReader(file.path);
  file.append("x".repeat(4_000));
  drain(reader);
  cutMiddle(file.path, 2_000);
  assertEquals(drain(reader), "<cut><end>");
  file.append("after\n");
  assertEquals(drain(reader), "after\n<end>");
});

Deno.test("a folder in the place of a log is no log", () => {
  using file = new TestFile();
  using reader = new LogReader(`${file.path}/below`);
  file.append("");
  assertEquals(drain(reader), "<missing>");
});

/** `count` events that can be told apart. */
function eventsOf(count: number, first = 0): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    type: "job_queued",
    jobId: `j${first + i}`,
    attempt: 1,
    at: first + i,
  }));
}

function linesOf(events: readonly RunEvent[], seq: number): Uint8Array<ArrayBuffer> {
  return new LineEncoder().encode(events, seq).slice();
}

Deno.test("a journal is read on from where it was read, line by line as they become whole", async () => {
  using file = new TestFile();
  file.append(linesOf(eventsOf(2), 0));
  const tail = new JournalTail(file.path, readJournal(await Deno.readFile(file.path)));
  assertEquals(await tail.read(), []);
  const more = linesOf(eventsOf(3, 2), 2);
  const cut = more.indexOf(0x0a) + 10;
  file.append(more.subarray(0, cut));
  assertEquals(await tail.read(), eventsOf(1, 2));
  assertEquals(await tail.read(), []);
  file.append(more.subarray(cut));
  assertEquals(await tail.read(), eventsOf(2, 3));
});

Deno.test("a journal is not read past a line that is not what was written, or is out of order", async () => {
  for (const spoilt of [new TextEncoder().encode("nonsense\n"), linesOf(eventsOf(1), 7)]) {
    using file = new TestFile();
    file.append(linesOf(eventsOf(1), 0));
    const tail = new JournalTail(file.path, readJournal(await Deno.readFile(file.path)));
    file.append(spoilt);
    file.append(linesOf(eventsOf(1, 1), 1));
    assertEquals(await tail.read(), []);
    assertEquals(await tail.read(), []);
  }
});

Deno.test("a journal that is gone has no more lines", async () => {
  using file = new TestFile();
  file.append(linesOf(eventsOf(1), 0));
  const tail = new JournalTail(file.path, readJournal(await Deno.readFile(file.path)));
  await Deno.remove(file.path);
  assertEquals(await tail.read(), []);
});

Deno.test("the marker of a cut tells the reader of a whole log what is gone", () => {
  using file = new TestFile();
  file.append("x".repeat(4_000));
  cutMiddle(file.path, 2_000);
  using reader = new LogReader(file.path);
  assertStringIncludes(drain(reader), "[orch: 2500 bytes cut here]");
});
