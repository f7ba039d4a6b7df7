/** The journal on a disk: what several lives of orch add to it, and what crashes and damage leave. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import {
  Journal,
  type JournalOptions,
  JournalRefused,
  readJournalFile,
  repairJournal,
} from "../../../lib/runtime/store/journal.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import { assertEquals, assertRejects, assertThrows } from "../../support/assert.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const clock = new VirtualClock();
const PROCESS: JournalOptions = { durability: "process", clock };

/** `count` events that can be told apart. */
function eventsOf(count: number, first = 0): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    type: "job_queued",
    jobId: `j${first + i}`,
    attempt: 1,
    at: first + i,
  }));
}

function bytesOf(events: readonly RunEvent[], seq = 0): Uint8Array<ArrayBuffer> {
  return new LineEncoder().encode(events, seq).slice();
}

/** A folder that is gone when the test leaves its scope. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "orch-journal-" });
  readonly journal = `${this.path}/journal.jsonl`;

  write(bytes: Uint8Array): void {
    Deno.writeFileSync(this.journal, bytes);
  }

  read(path = this.journal): Uint8Array {
    return Deno.readFileSync(path);
  }

  mode(): number {
    return Deno.statSync(this.journal).mode! & 0o777;
  }

  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

async function reopen(path: string, options = PROCESS): Promise<Journal> {
  return await Journal.open(path, { ...options, content: await readJournalFile(path) });
}

for (const durability of ["process", "power"] as const) {
  Deno.test(`under ${durability}, a journal holds what was added, through several lives`, async () => {
    using folder = new Folder();
    const options = { durability, clock: realWorld().clock };
    const journal = Journal.create(folder.journal, options);
    await journal.append(eventsOf(1));
    await journal.append(eventsOf(3, 1));
    await journal.close();
    const again = await reopen(folder.journal, options);
    await again.append(eventsOf(2, 4));
    await again.close();
    const { events, end } = await readJournalFile(folder.journal);
    assertEquals([events, end], [eventsOf(6), { kind: "clean" }]);
    assertEquals(folder.names(), ["journal.jsonl"]);
    if (Deno.build.os !== "windows") {
      assertEquals(folder.mode(), 0o600);
    }
  });
}

Deno.test("Journal.create() does not write into a journal there is", () => {
  using folder = new Folder();
  Deno.writeTextFileSync(folder.journal, "precious");
  assertThrows(() => Journal.create(folder.journal, PROCESS), Deno.errors.AlreadyExists);
  assertEquals(Deno.readTextFileSync(folder.journal), "precious");
});

Deno.test("Journal.open() goes on after a cut at any byte, and keeps what it cuts off", async () => {
  using folder = new Folder();
  const events = eventsOf(4);
  const bytes = bytesOf(events);
  for (let length = 0; length <= bytes.length; length++) {
    const tail = length % 3 === 0 ? new Uint8Array(length % 7) : new Uint8Array();
    const damaged = Uint8Array.from([...bytes.subarray(0, length), ...tail]);
    folder.write(damaged);
    const content = await readJournalFile(folder.journal);
    assertEquals(content.events, events.slice(0, content.nextSeq));
    const journal = await Journal.open(folder.journal, { ...PROCESS, content });
    void journal.append(eventsOf(2, 100));
    await journal.close();
    const after = await readJournalFile(folder.journal);
    assertEquals(after.end, { kind: "clean" }, `cut at ${length}`);
    assertEquals(after.events, [...content.events, ...eventsOf(2, 100)]);
    const aside = `${folder.journal}.torn-${content.validBytes}`;
    if (content.end.kind === "clean") continue;
    assertEquals(folder.read(aside), damaged.slice(content.validBytes));
    await Deno.remove(aside);
  }
  assertEquals(folder.names(), ["journal.jsonl"]);
});

Deno.test("Journal.open() refuses a damaged or newer journal and leaves it as it is", async () => {
  using folder = new Folder();
  const damaged = bytesOf(eventsOf(4));
  damaged[60]! ^= 1;
  const newer = new TextEncoder().encode('{"s":0,"t":1,"v":9,"e":"run_dreamt","c":"ede3613b"}\n');
  const rows = [[damaged, { kind: "corrupt", offset: 0 }], [newer, {
    kind: "newer",
    version: 9,
  }]] as const;
  for (const [bytes, end] of rows) {
    folder.write(bytes);
    const refused = await assertRejects(() => reopen(folder.journal), JournalRefused);
    assertEquals([refused.path, refused.end], [folder.journal, end]);
    assertEquals(folder.read(), bytes);
  }
  assertEquals(folder.names(), ["journal.jsonl"]);
});

Deno.test("repairJournal() keeps the good beginning, and the original beside it", async () => {
  using folder = new Folder();
  const events = eventsOf(4);
  const bytes = bytesOf(events);
  const firstLine = bytes.indexOf(10) + 1;
  bytes[firstLine + 5]! ^= 1;
  folder.write(bytes);
  const original = await repairJournal(folder.journal, await readJournalFile(folder.journal));
  assertEquals(folder.read(original), bytes);
  const journal = await reopen(folder.journal);
  void journal.append(eventsOf(1, 50));
  await journal.close();
  const { events: left } = await readJournalFile(folder.journal);
  assertEquals(left, [...events.slice(0, 1), ...eventsOf(1, 50)]);
});
