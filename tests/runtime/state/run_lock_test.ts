/** The lock of a run: one orch at a time, whatever ends it. */
import {
  holderOfOriginal,
  LockHeld,
  LockShared,
  lookAtLock,
  RunLock,
} from "../../../lib/runtime/state/run_lock.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { until } from "../../support/pool.ts";

const MODULE = new URL("../../../lib/runtime/state/run_lock.ts", import.meta.url).href;

/** A folder that is gone when the test leaves its scope. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "orch-lock-" });
  readonly lock = `${this.path}/run.lock`;

  write(text: string): void {
    Deno.writeTextFileSync(this.lock, text);
  }

  text(): string {
    return Deno.readTextFileSync(this.lock);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function held(folder: Folder): LockHeld {
  return assertThrows(() => RunLock.acquire(folder.lock, { startedAt: 9 }), LockHeld);
}

Deno.test("a lock says who has it", () => {
  using folder = new Folder();
  using _lock = RunLock.acquire(folder.lock, { startedAt: 5.5 });
  const { pid, host, startedAt } = JSON.parse(folder.text());
  assertEquals([pid, startedAt], [Deno.pid, 5.5]);
  assert(host === null || host.length > 0);
  assertEquals(held(folder).by, { pid, host, startedAt });
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(folder.lock).mode! & 0o777, 0o600);
});

Deno.test("a lock that was released can be had again, and what stood there is replaced", () => {
  using folder = new Folder();
  folder.write("x".repeat(1_000));
  RunLock.acquire(folder.lock, { startedAt: 1 }).release();
  using _lock = RunLock.acquire(folder.lock, { startedAt: 2 });
  assertEquals(JSON.parse(folder.text()).startedAt, 2);
});

Deno.test("a copy of a lock says who had the original, and the lock itself does not", () => {
  using folder = new Folder();
  using other = new Folder();
  const lock = RunLock.acquire(folder.lock, { startedAt: 5 });
  other.write(folder.text());
  const { pid, host, startedAt } = JSON.parse(folder.text());
  assertEquals(holderOfOriginal(other.lock), { pid, host, startedAt });
  assertEquals(holderOfOriginal(folder.lock), null);
  other.write(folder.text().replace(/"host":[^,]*/, '"host":"elsewhere.example"'));
  assertEquals(holderOfOriginal(other.lock), null, "of another machine");
  other.write(JSON.stringify({ pid, host, startedAt }));
  assertEquals(holderOfOriginal(other.lock), null, "written before files were told apart");
  lock.release();
  Deno.copyFileSync(folder.lock, other.lock);
  assertEquals(holderOfOriginal(other.lock), null, "let go");
  assertEquals(holderOfOriginal(`${folder.path}/none`), null);
});

Deno.test("a failed attempt to have a lock leaves it as it is", () => {
  using folder = new Folder();
  using _lock = RunLock.acquire(folder.lock, { startedAt: 1 });
  const text = folder.text();
  for (let i = 0; i < 50; i++) held(folder);
  assertEquals(folder.text(), text);
});

for (const text of ["", "{", "null", "7", '{"pid":"1","host":null,"startedAt":1}', "[]"]) {
  Deno.test(`a holder that has written ${JSON.stringify(text)} is not known`, () => {
    using folder = new Folder();
    using _lock = RunLock.acquire(folder.lock, { startedAt: 1 });
    folder.write(text);
    assertEquals(held(folder).by, null);
  });
}

Deno.test("a lock in a folder that is not there is the platform's error", () => {
  using folder = new Folder();
  assertThrows(
    () => RunLock.acquire(`${folder.path}/no/run.lock`, { startedAt: 1 }),
    Deno.errors.NotFound,
  );
});

/** Another orch: it takes the lock, starts a program that outlives it, and waits. */
function startOther(folder: Folder): Deno.ChildProcess {
  const code = `
    import { RunLock } from ${JSON.stringify(MODULE)};
    RunLock.acquire(${JSON.stringify(folder.lock)}, { startedAt: 77 });
    if (Deno.build.os !== "windows") {
      const sleep = new Deno.Command("sleep", { args: ["20"], stdin: "null", stdout: "null" }).spawn();
      Deno.writeTextFileSync(${JSON.stringify(`${folder.path}/sleep`)}, String(sleep.pid));
    }
    console.log("held");
    setInterval(() => {}, 1000);
  `;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("the lock of another process is held until that is killed, also while its children live", async () => {
  using folder = new Folder();
  const other = startOther(folder);
  const reader = other.stdout.getReader();
  await reader.read();
  const { by } = held(folder);
  assertEquals([by?.pid, by?.startedAt], [other.pid, 77]);
  other.kill("SIGKILL");
  await reader.cancel();
  await other.status;
  await until(() => isFree(folder), "the lock is free");
  if (Deno.build.os === "windows") return;
  const child = Number(await Deno.readTextFile(`${folder.path}/sleep`));
  Deno.kill(child, "SIGKILL");
});

function isFree(folder: Folder): boolean {
  try {
    RunLock.acquire(folder.lock, { startedAt: 1 }).release();
    return true;
  } catch (error) {
    if (error instanceof LockHeld) return false;
    throw error;
  }
}

Deno.test("to look at a lock tells who has it, and takes it from nobody", () => {
  using folder = new Folder();
  assertEquals(lookAtLock(folder.lock), { kind: "idle" });
  const lock = RunLock.acquire(folder.lock, { startedAt: 1 });
  const looked = lookAtLock(folder.lock);
  assertEquals(looked.kind === "running" && looked.by?.pid, Deno.pid);
  assertEquals(held(folder).by?.pid, Deno.pid);
  lock.release();
  assertEquals(lookAtLock(folder.lock), { kind: "idle" });
  assertEquals(folder.text(), "", "nobody is named who only had it");
});

Deno.test("who looks at a lock all the time does not keep others from having it", async () => {
  using folder = new Folder();
  RunLock.acquire(folder.lock, { startedAt: 0 }).release();
  const look = `import { lookAtLock } from ${JSON.stringify(MODULE)};
    console.log("looking");
    for (;;) lookAtLock(${JSON.stringify(folder.lock)});`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", look],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  let last = "";
  try {
    for (let i = 1; i <= 2_000; i++) {
      using _lock = RunLock.acquire(folder.lock, { startedAt: i });
      last = folder.text();
    }
  } finally {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  }
  assertEquals(JSON.parse(last).startedAt, 2_000);
});

Deno.test("a lock that others never stop looking at is not waited for without end", () => {
  using folder = new Folder();
  folder.write("");
  using looking = Deno.openSync(folder.lock, { read: true });
  assert(looking.tryLockSync(false));
  const startedAt = performance.now();
  const error = assertThrows(() => RunLock.acquire(folder.lock, { startedAt: 1 }), LockShared);
  assertEquals(
    error.message,
    `'${folder.lock}' has been locked for 2 s by processes that only look at it: end them, then try again`,
  );
  assert(performance.now() - startedAt < 10_000);
  looking.unlockSync();
  RunLock.acquire(folder.lock, { startedAt: 1 }).release();
});
