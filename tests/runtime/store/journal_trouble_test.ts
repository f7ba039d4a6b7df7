/** The journal in trouble: batches and syncs on a file that is slow, takes little, is full or broken. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { readJournal } from "../../../lib/core/record/journal_read.ts";
import {
  GROUP_COMMIT_MS,
  Journal,
  JournalError,
  type JournalFile,
  type JournalOptions,
  readJournalFile,
} from "../../../lib/runtime/store/journal.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "../../support/assert.ts";
import { pass } from "../../support/fake_world.ts";
import { testOnSmallDisk } from "../../support/small_disk.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

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

/** A file in memory that does what a test says. */
class FakeFile implements JournalFile {
  bytes: number[] = [];
  readonly calls: string[] = [];
  /** Bytes that one write takes at most. */
  mostBytes = Infinity;
  /** Bytes after which the disk is full. */
  room = Infinity;
  /** What the next sync throws. */
  syncError: Error | null = null;
  #syncs: (() => void)[] = [];

  write(bytes: Uint8Array): number {
    if (this.bytes.length >= this.room) {
      throw new Error("No space left on device (os error 28)");
    }
    const taken = bytes.subarray(0, Math.min(this.mostBytes, this.room - this.bytes.length));
    this.bytes.push(...taken);
    this.calls.push("write");
    return taken.length;
  }

  sync(): Promise<void> {
    this.calls.push("sync");
    if (this.syncError !== null) return Promise.reject(this.syncError);
    return new Promise((resolve) => this.#syncs.push(resolve));
  }

  close(): void {
    this.calls.push("close");
  }

  /** The disk has done what was asked of it. */
  async finishSync(): Promise<void> {
    for (const resolve of this.#syncs.splice(0)) resolve();
    await settle();
  }
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let hop = 0; hop < 20; hop++) await null;
}

function fakeJournal(durability: JournalOptions["durability"]) {
  const file = new FakeFile();
  const clock = new VirtualClock();
  return { file, clock, journal: new Journal(file, { durability, clock, nextSeq: 0 }) };
}

Deno.test("a batch is one write, also of many lines", () => {
  const { file, journal } = fakeJournal("process");
  assertEquals(journal.append(eventsOf(100)), undefined);
  assertEquals(journal.append(eventsOf(1, 100)), undefined);
  assertEquals(file.calls, ["write", "write"]);
  assertEquals(readJournal(Uint8Array.from(file.bytes)).events, eventsOf(101));
});

Deno.test("what a write leaves over is written next", () => {
  const { file, journal } = fakeJournal("process");
  for (const most of [1, 7, 100]) {
    file.mostBytes = most;
    void journal.append(eventsOf(2));
  }
  const { events, end } = readJournal(Uint8Array.from(file.bytes));
  assertEquals([events.length, end], [6, { kind: "clean" }]);
});

Deno.test("a full disk is the end of the journal, and leaves a beginning that can be read", async () => {
  const all = bytesOf(eventsOf(6));
  for (let room = 0; room < all.length; room += 13) {
    const { file, journal } = fakeJournal("process");
    file.room = room;
    const failure = assertThrows(() => {
      for (let i = 0; i < 6; i++) void journal.append(eventsOf(1, i));
    }, JournalError);
    assertEquals(failure.operation, "write");
    assertMatch(failure.message, /os error 28/);
    file.room = Infinity;
    const length = file.bytes.length;
    assertStrictEquals(assertThrows(() => journal.append(eventsOf(1))), failure);
    assertEquals(file.bytes.length, length, "nothing is written after it");
    assertStrictEquals(await journal.failed.catch((error) => error), failure);
    const { events, end } = readJournal(Uint8Array.from(file.bytes));
    assertEquals(events, eventsOf(events.length));
    assert(end.kind === "clean" || end.kind === "torn");
    assertStrictEquals(await journal.close().catch((error) => error), failure);
    assertEquals(file.calls.at(-1), "close");
  }
});

Deno.test("a file that takes nothing is an error and no endless loop", () => {
  const { file, journal } = fakeJournal("process");
  file.mostBytes = 0;
  assertThrows(() => journal.append(eventsOf(1)), JournalError);
});

Deno.test("under power, a promise resolves when its lines are on the disk", async () => {
  const { file, clock, journal } = fakeJournal("power");
  const done: string[] = [];
  const note = (name: string, durable: void | Promise<void>) => {
    assert(durable !== undefined);
    durable.then(() => done.push(name));
  };
  note("a", journal.append(eventsOf(1)));
  assertEquals(file.calls, ["write", "sync"], "the first sync begins at once");
  note("b", journal.append(eventsOf(1, 1)));
  note("c", journal.append(eventsOf(1, 2)));
  await settle();
  assertEquals(done, []);
  await file.finishSync();
  assertEquals(done, ["a"], "what was written after a sync began is not safe with it");
  assertEquals(file.calls, ["write", "sync", "write", "write"], "syncs keep their distance");
  pass(clock, GROUP_COMMIT_MS - 1);
  assertEquals(file.calls.length, 4);
  pass(clock, 1);
  assertEquals(file.calls.slice(4), ["sync"], "one for all who wait");
  await file.finishSync();
  assertEquals(done, ["a", "b", "c"]);
  pass(clock, 1_000);
  assertEquals(file.calls.length, 5, "nothing is synced twice");
  note("d", journal.append(eventsOf(1, 3)));
  assertEquals(file.calls.slice(5), ["write", "sync"]);
  const closing = journal.close();
  await file.finishSync();
  await closing;
  assertEquals([done.at(-1), file.calls.at(-1)], ["d", "close"]);
});

Deno.test("under power, closing syncs what is not safe yet", async () => {
  const { file, journal } = fakeJournal("power");
  const first = journal.append(eventsOf(1));
  const second = journal.append(eventsOf(1, 1));
  const closing = journal.close();
  await file.finishSync();
  await file.finishSync();
  await Promise.all([first, second, closing]);
  assertEquals(file.calls, ["write", "sync", "write", "sync", "close"]);
});

Deno.test("under process, nothing is synced", async () => {
  const { file, journal } = fakeJournal("process");
  void journal.append(eventsOf(1));
  await journal.close();
  assertEquals(file.calls, ["write", "close"]);
});

Deno.test("a sync that fails is the end of the journal and is not tried again", async () => {
  const { file, clock, journal } = fakeJournal("power");
  file.syncError = new Error("Input/output error (os error 5)");
  const first = journal.append(eventsOf(1)) as Promise<void>;
  const second = journal.append(eventsOf(1, 1)) as Promise<void>;
  const failure = await assertRejects(() => first, JournalError, "os error 5");
  assertEquals(failure.operation, "sync");
  assertStrictEquals(await second.catch((error) => error), failure);
  assertStrictEquals(await journal.failed.catch((error) => error), failure);
  file.syncError = null;
  assertStrictEquals(assertThrows(() => journal.append(eventsOf(1))), failure);
  pass(clock, 1_000);
  await assertRejects(() => journal.close(), JournalError);
  assertEquals(file.calls, ["write", "sync", "write", "close"]);
});

Deno.test("a write that fails while others wait fails them too", async () => {
  const { file, journal } = fakeJournal("power");
  const first = journal.append(eventsOf(1)) as Promise<void>;
  const second = journal.append(eventsOf(1, 1)) as Promise<void>;
  file.room = file.bytes.length;
  assertThrows(() => journal.append(eventsOf(1, 2)), JournalError);
  await assertRejects(() => second, JournalError);
  await file.finishSync();
  await assertRejects(() => first, JournalError);
  await assertRejects(() => journal.close(), JournalError);
});

Deno.test("a closing sync that fails is told", async () => {
  const { file, journal } = fakeJournal("power");
  const first = journal.append(eventsOf(1)) as Promise<void>;
  const second = journal.append(eventsOf(1, 1)) as Promise<void>;
  const closing = journal.close();
  file.syncError = new Error("Input/output error (os error 5)");
  await file.finishSync();
  await assertRejects(() => closing, JournalError);
  await first;
  await assertRejects(() => second, JournalError);
  assertEquals(file.calls.at(-1), "close");
});

testOnSmallDisk(
  "a disk that is full in earnest leaves a journal that can be gone on with",
  64,
  async (path) => {
    const options: JournalOptions = { durability: "process", clock: new VirtualClock() };
    const filler = `${path}/filler`;
    await Deno.writeFile(filler, new Uint8Array(16_384));
    const journal = Journal.create(`${path}/journal.jsonl`, options);
    let written = 0;
    const failure = assertThrows(() => {
      for (; written < 10_000; written++) void journal.append(eventsOf(1, written));
    }, JournalError);
    assertEquals(failure.operation, "write");
    assertMatch(failure.message, /os error 28/);
    assertThrows(() => journal.append(eventsOf(1)), JournalError);
    await assertRejects(() => journal.close(), JournalError);

    await Deno.remove(filler);
    const content = await readJournalFile(`${path}/journal.jsonl`);
    assertEquals(content.events, eventsOf(written));
    const again = await Journal.open(`${path}/journal.jsonl`, { ...options, content });
    void again.append(eventsOf(1, written));
    await again.close();
    const { events, end } = await readJournalFile(`${path}/journal.jsonl`);
    assertEquals([events.length, end], [written + 1, { kind: "clean" }]);
  },
);
