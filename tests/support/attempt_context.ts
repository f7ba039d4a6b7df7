/**
 * What an executor needs for one attempt: a temporary folder, a clock turned by hand, and a `World`
 * that has only files, the network and variables. Using any other port fails the test. Leaving the scope
 * (`using`) checks that every file was closed and every timer taken back.
 */
import { sketchLimits } from "./workflows.ts";
import { join } from "node:path";
import type { Action } from "../../lib/core/workflow/workflow.ts";
import { Bug } from "../../lib/core/base/bug.ts";
import { sendRequest } from "../../lib/runtime/http/http_client.ts";
import type { AttemptContext } from "../../lib/runtime/port/attempt.ts";
import type { Clock, Files, FileWriter, World } from "../../lib/runtime/port/world.ts";
import { assertEquals } from "./assert.ts";
import { sketchJob } from "./workflows.ts";

/** What a test may set. */
export interface AttemptOptions {
  /** The resolved variables of the job. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The variables orch itself has. */
  readonly inherited?: Readonly<Record<string, string>>;
  readonly request?: World["request"];
  /** The time limit of the job. */
  readonly timeoutMs?: number | null;
  /** Replaces the real creation of a file. */
  readonly create?: (path: string) => FileWriter;
}

/** A context and the means to look behind it. */
export interface TestAttempt extends Disposable {
  readonly context: AttemptContext;
  readonly clock: ManualClock;
  /** What the files of the attempt hold now. */
  stdout(): string;
  stderr(): string;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #waiting: (() => void)[] = [];

  /** Timers set and neither fired nor taken back. */
  get armed(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  callAt(at: number, callback: () => void): () => void {
    const timer = { at, callback };
    this.#timers.add(timer);
    for (const wake of this.#waiting.splice(0)) wake();
    return () => this.#timers.delete(timer);
  }

  defer(callback: () => void): void {
    queueMicrotask(callback);
  }

  utcOffsetMinutes(): number {
    return 0;
  }

  /** Resolves when a timer is set from now on. */
  nextTimer(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Moves time and calls back whatever is due. */
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
    }
  }
}

/** A context for one attempt of a job that does `action`. */
export function attemptContext(action: Action, options: AttemptOptions = {}): TestAttempt {
  const folder = Deno.makeTempDirSync({ prefix: "orch-attempt-" });
  const clock = new ManualClock();
  const open = new Set<string>();
  const inherited = options.inherited ?? {};
  const files = { stdout: join(folder, "1.out"), stderr: join(folder, "1.err") };
  const world: World = {
    ...ABSENT,
    clock,
    request: options.request ?? ((request) => sendRequest(request, { env: () => undefined })),
    env: (name) => Object.hasOwn(inherited, name) ? inherited[name] : undefined,
    cwd: () => folder,
    files: { ...ABSENT.files, create: options.create ?? ((path) => createFile(path, open)) },
  };
  return {
    clock,
    context: {
      world,
      job: sketchJob({ id: "job", action, timeoutMs: options.timeoutMs ?? null }),
      attempt: 1,
      limits: sketchLimits({ maxLogBytes: 2 ** 20 }),
      files: { ...files, other: (ending) => join(folder, `1.${ending}`) },
      baseDirectory: folder,
      processes: { start: absent, usageOf: absent, freeze: absent, thaw: absent, close: absent },
      workingDirectory: folder,
      environment: options.environment ?? {},
    },
    stdout: () => Deno.readTextFileSync(files.stdout),
    stderr: () => Deno.readTextFileSync(files.stderr),
    [Symbol.dispose]() {
      Deno.removeSync(folder, { recursive: true });
      assertEquals([...open], [], "files left open");
      assertEquals(clock.armed, 0, "timers left armed");
    },
  };
}

function createFile(path: string, open: Set<string>): FileWriter {
  const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  open.add(path);
  return {
    async write(bytes) {
      for (let written = 0; written < bytes.length;) {
        written += await file.write(bytes.subarray(written));
      }
    },
    close() {
      file.close();
      open.delete(path);
    },
  };
}

function absent(): never {
  throw new Bug("this World has no such port; add it to tests/support/attempt_context.ts");
}

const ABSENT_FILES: Files = {
  stat: absent,
  identity: absent,
  read: absent,
  readTail: absent,
  readAt: absent,
  append: absent,
  write: absent,
  replace: absent,
  makeDirectory: absent,
  create: absent,
  remove: absent,
};

const ABSENT_STREAM = {
  write: absent,
  unblock: absent,
  waiting: 0,
  flush: absent,
  isTerminal: false,
  isBroken: false,
  size: absent,
};

const ABSENT: World = {
  clock: { now: absent, callAt: absent, defer: absent, utcOffsetMinutes: absent },
  files: ABSENT_FILES,
  processes: {
    open: absent,
    hasShell: absent,
    enforcement: absent,
    controlLacks: absent,
    namespaceLack: absent,
    mayRun: absent,
    query: absent,
  },
  signals: { listen: absent, suspend: absent },
  machine: { processors: 1, memoryMb: absent },
  stdout: ABSENT_STREAM,
  stderr: ABSENT_STREAM,
  readStdin: absent,
  request: absent,
  may: absent,
  env: absent,
  cwd: absent,
  random: absent,
  onCrash: absent,
};
