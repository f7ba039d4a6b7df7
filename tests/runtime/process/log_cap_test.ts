/** Logs kept near a size: what stays, what goes, and that the job that writes them notices nothing. */
import { cutMiddle, LogCap } from "../../../lib/runtime/process/log_cap.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { ManualClock } from "../../support/attempt_context.ts";

const MARKER = /\n\[orch: (\d+) bytes cut here\]\n/;

/** Bytes of a file, the size it is to be cut to, and what of its head and of its tail stays. */
const CUTS: readonly {
  readonly size: number;
  readonly max: number;
  readonly head: number;
  readonly tail: number;
}[] = [
  { size: 1_001, max: 1_000, head: 500, tail: 250 },
  { size: 5_000, max: 1_000, head: 500, tail: 250 },
  { size: 5_000, max: 1_001, head: 500, tail: 250 },
  { size: 5_000, max: 1, head: 0, tail: 0 },
  { size: 5_000, max: 0, head: 0, tail: 0 },
  { size: 35_000_000, max: 34_000_000, head: 17_000_000, tail: 8 * 2 ** 20 },
];

for (const { size, max, head, tail } of CUTS) {
  Deno.test(`of ${size} bytes cut to ${max}, ${head} of the head and ${tail} of the tail stay`, async () => {
    await using folder = new Folder();
    const before = numbers(size);
    const path = await folder.write("log", before);
    cutMiddle(path, max);
    const after = await Deno.readFile(path);
    const marker = `\n[orch: ${size - head - tail} bytes cut here]\n`;
    assertEquals(after.length, head + marker.length + tail);
    assert(equal(after.subarray(0, head), before.subarray(0, head)), "the head stays");
    assertEquals(text(after.subarray(head, head + marker.length)), marker);
    assert(equal(after.subarray(after.length - tail), before.subarray(size - tail)), "the tail");
  });
}

Deno.test("a file cut again and again has one marker, which counts all that was cut", async () => {
  await using folder = new Folder();
  const path = await folder.write("log", numbers(10_000));
  let gone = 0;
  for (let time = 0; time < 4; time++) {
    gone = cutMiddle(path, 1_000, gone);
    await Deno.writeFile(path, numbers(9_000), { append: true });
  }
  cutMiddle(path, 1_000, gone);
  const after = await Deno.readTextFile(path);
  const [, cut] = MARKER.exec(after)!;
  assertEquals(after.match(new RegExp(MARKER, "g"))?.length, 1);
  // 46,000 bytes were written, 500 of the head and 250 of the tail stay.
  assertEquals(Number(cut), 46_000 - 750);
});

Deno.test("a job that writes while its log is cut goes on writing at the end", async () => {
  await using folder = new Folder();
  const path = await folder.write("log", new Uint8Array());
  const inode = (await Deno.stat(path)).ino;
  // Its last words come when the flood has been seen to: what is written during a cut may be lost.
  const script = 'exec >>"$1"; seq 1 3000000; sleep 0.3; echo last';
  const job = new Deno.Command("sh", { args: ["-c", script, "sh", path] });
  const { status } = job.spawn();
  let ended = false;
  status.then(() => ended = true);
  let [cuts, gone] = [0, 0];
  const cut = async () => {
    if ((await Deno.stat(path)).size <= 100_000) return;
    gone = cutMiddle(path, 100_000, gone);
    cuts++;
  };
  while (!ended) await cut();
  await cut();
  const [, after] = [await status, await Deno.readTextFile(path)];
  assert(cuts > 1, `cut ${cuts} times`);
  assertMatch(after, /^1\n2\n3\n[^[]+\n\[orch: \d+ bytes cut here\]\n/);
  // The end of the flood may have come during a cut, and be lost.
  assert(after.endsWith("last\n"), after.slice(-50));
  assert(after.length < 101_000, `${after.length} bytes`);
  assert(!after.includes("\0"), "no holes");
  assertEquals((await Deno.stat(path)).ino, inode);
});

Deno.test("a look cuts what is over the size and tells it, and leaves small and missing files alone", async () => {
  await using folder = new Folder();
  const clock = new ManualClock();
  const cap = new LogCap(clock, 1_000);
  const watch = async (name: string, size: number | null) => {
    const path = folder.path(name);
    if (size !== null) await folder.write(name, numbers(size));
    const files = { told: 0, paths: [path], truncated: () => void files.told++ };
    cap.watch(files);
    return files;
  };
  const exact = await watch("exact", 1_000);
  const missing = await watch("missing", null);
  const over = await watch("over", 1_001);
  const pair = { told: 0, paths: [folder.path("none"), ""], truncated: () => void pair.told++ };
  pair.paths[1] = await folder.write("second of two", numbers(3_000));
  cap.watch(pair);
  clock.advance(499);
  assertEquals(over.told, 0);
  clock.advance(1);
  await Deno.writeFile(over.paths[0]!, numbers(5_000), { append: true });
  clock.advance(500);
  assertEquals(MARKER.exec(await Deno.readTextFile(over.paths[0]!))?.[1], String(6_001 - 750));
  assertEquals([exact, missing, over, pair].map(({ told }) => told), [0, 0, 2, 1]);
  assertEquals(await Deno.readFile(exact.paths[0]!), numbers(1_000));
  assert((await Deno.stat(pair.paths[1]!)).size < 1_000);
  cap.close();
  assertEquals(clock.armed, 0);
});

/** How long an attempt was, as the one who watched says, and whether its log is looked at a last time. */
for (const [wasLong, told] of [[true, 1], [false, 0]] as const) {
  Deno.test(`at the end of ${wasLong ? "a long" : "a short"} attempt its log is ${told ? "" : "not "}looked at once more`, async () => {
    await using folder = new Folder();
    const clock = new ManualClock();
    const cap = new LogCap(clock, 1_000);
    const path = await folder.write("log", numbers(1_500));
    const files = { told: 0, paths: [path], truncated: () => void files.told++ };
    cap.watch(files);
    cap.unwatch(files, wasLong);
    assertEquals(files.told, told);
    await folder.write("log", numbers(5_000));
    clock.advance(60_000);
    assertEquals([files.told, clock.armed], [told, 0], "nobody is watched any more");
  });
}

Deno.test("a log that cannot be cut does not disturb the others", async () => {
  await using folder = new Folder();
  const clock = new ManualClock();
  const cap = new LogCap(clock, 1_000);
  const path = await folder.write("log", numbers(5_000));
  const told: string[] = [];
  cap.watch({ paths: [folder.path(".")], truncated: () => void told.push("a folder") });
  cap.watch({ paths: ["/dev/null", path], truncated: () => void told.push("a file") });
  clock.advance(500);
  assertEquals(told, ["a file"]);
  cap.close();
});

Deno.test("whether there is room is asked after a failure and while jobs run, and not otherwise", async () => {
  await using folder = new Folder();
  const clock = new ManualClock();
  const cap = new LogCap(clock, 1_000);
  const files = (path: string) => ({ paths: [path], truncated() {} });
  const [fits, none] = [files(folder.path("log")), files(folder.path("no/such/folder/log"))];
  assertEquals([cap.lacksRoom(none, false), cap.lacksRoom(fits, true)], [false, false]);
  assertEquals([cap.lacksRoom(none, true), cap.lacksRoom(none, false)], [true, true]);
  assertEquals([cap.lacksRoom(fits, false), cap.lacksRoom(none, false)], [false, false]);
  cap.watch(none);
  clock.advance(500);
  assertEquals(cap.lacksRoom(none, false), true, "a job that did not care, on a full disk");
  cap.close();
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path("."))), [], "nothing is left of it");
});

class Folder implements AsyncDisposable {
  readonly #path = Deno.makeTempDirSync({ prefix: "orch-cap-" });

  path(name: string): string {
    return `${this.#path}/${name}`;
  }

  async write(name: string, content: Uint8Array): Promise<string> {
    await Deno.writeFile(this.path(name), content);
    return this.path(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

/** Exactly `size` bytes in which every place looks different. */
function numbers(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = 33 + (i * 7 + (i >> 7)) % 58;
  return bytes;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Without the picture of a difference of megabytes. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
