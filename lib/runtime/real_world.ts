/** The real ports of `port/world.ts`: time, streams, signals and files as Deno has them. */
import { StandardStream } from "./stream/output_stream.ts";
import { folderOf, resolvePath } from "./port/paths.ts";
import { DenoProcesses } from "./process/deno_processes.ts";
import { fill, openStateFile, StateRefused } from "./state/state_files.ts";
import { stopItself } from "./stream/suspend.ts";
import { Timers } from "./port/timers.ts";
import { isGranted } from "./port/permissions.ts";
import type { Query } from "./kernel/launcher.ts";
import type { Clock, Files, FileTail, FileWriter, Machine, Signals, World } from "./port/world.ts";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const READ_CHUNK_BYTES = 64 * 1024;

/** Set by npm, npx and the tasks of `deno.json` for what they start: see `launcher.ts`. */
const LAUNCHER_VARIABLES = ["npm_lifecycle_event", "ORCH_TASK"];

/** The world as it is. */
export function realWorld(): World {
  const clock = realClock();
  const processes = new DenoProcesses(clock);
  return {
    clock,
    files: realFiles,
    processes,
    signals: realSignals(clock, (...asked) => processes.query(...asked)),
    machine: realMachine,
    stdout: new StandardStream(Deno.stdout),
    stderr: new StandardStream(Deno.stderr),
    onCrash,
    readStdin,
    request: async (request) => {
      const { sendRequest } = await import("./http/http_client.ts");
      return await sendRequest(request, { env: readVariable });
    },
    may: isGranted,
    env: readVariable,
    cwd: () => Deno.cwd(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}

/** Wall time at the start, carried on by the monotonic clock: setting the clock moves no deadline. */
function realClock(): Clock {
  const now = () => performance.timeOrigin + performance.now();
  const timers = new Timers(now);
  return {
    now,
    callAt: (at, callback) => timers.callAt(at, callback),
    defer: queueMicrotask,
    utcOffsetMinutes: () => -new Date().getTimezoneOffset(),
  };
}

/** Links that are followed from one name, as many as the system follows. */
const LINKS_MAX = 40;

const realFiles: Files = {
  stat(path) {
    try {
      const { isFile, isDirectory, size } = Deno.statSync(path);
      return { isFile, isDirectory, size };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return null;
      }
      throw error;
    }
  },
  identity(path) {
    try {
      const { isFile, dev, ino } = Deno.statSync(path);
      if (!isFile) return null;
      return ino ? `${dev}:${ino}` : Deno.realPathSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return realTarget(path);
      throw error;
    }
  },
  read: (path) => Deno.readFile(path),
  readTail,
  readAt,
  append: (path, text) => Deno.writeTextFileSync(path, text, { append: true }),
  write: (path, text) => Deno.writeTextFileSync(path, text, { mode: FILE_MODE }),
  replace(path, text) {
    const facts = realFiles.stat(path);
    // A device or a pipe is written to; a rename would put a plain file in the place of /dev/null.
    if (facts !== null && !facts.isFile) return Deno.writeTextFileSync(path, text);
    const target = realTarget(path);
    const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    try {
      Deno.writeTextFileSync(temporary, text, { createNew: true });
      Deno.renameSync(temporary, target);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
  },
  makeDirectory(path) {
    if (realFiles.stat(path)?.isDirectory) return false;
    Deno.mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
    return true;
  },
  create(path): FileWriter {
    const file = Deno.openSync(path, {
      write: true,
      create: true,
      truncate: true,
      mode: FILE_MODE,
    });
    return {
      async write(bytes) {
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      },
      close: () => file.close(),
    };
  },
  remove: removeIfThere,
};

/** Where a file is, or would come to be, that is written by this name. */
function realTarget(path: string): string {
  for (let at = path, links = 0;; links++) {
    try {
      return Deno.realPathSync(at);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || links > LINKS_MAX) throw error;
    }
    const next = linkAt(at);
    if (next === null) return `${realFolder(folderOf(at))}/${at.slice(at.lastIndexOf("/") + 1)}`;
    at = resolvePath(folderOf(at), next);
  }
}

/** A folder by its real name, unless orch may not look at it. */
function realFolder(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return path;
    throw error;
  }
}

/** Where a link leads; `null` if it is none. */
function linkAt(path: string): string | null {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return null;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function readTail(path: string, limitBytes: number): FileTail {
  using file = openIfThere(path);
  if (file === null) return { text: "", omittedBytes: 0 };
  const { size } = file.statSync();
  const start = Math.max(0, size - limitBytes);
  const bytes = readBytes(file, { offset: start, length: Math.min(size, limitBytes) });
  // A cut in the middle of a character would show as a replacement character.
  let from = 0;
  while (start > 0 && from < 4 && from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
  return { text: new TextDecoder().decode(bytes.subarray(from)), omittedBytes: start + from };
}

function readAt(path: string, range: Range): Uint8Array {
  using file = openIfThere(path);
  return file === null ? new Uint8Array() : readBytes(file, range);
}

/** A part of a file. */
interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A log of a run; what is none of ours is not there. */
function openIfThere(path: string): Deno.FsFile | null {
  try {
    return openStateFile(path, "read");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof StateRefused) return null;
    throw error;
  }
}

function readBytes(file: Deno.FsFile, { offset, length }: Range): Uint8Array {
  if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, fill(file, bytes));
}

function realSignals(clock: Clock, query: Query): Signals {
  return {
    listen(signal, callback) {
      const ignore = listen(signal, callback);
      if (signal !== "SIGHUP" || LAUNCHER_VARIABLES.every((name) => !readVariable(name))) {
        return ignore;
      }
      // Who has started orch is gone: that is as if the terminal were.
      let stop = () => {};
      let isOver = false;
      import("./kernel/launcher.ts").then(({ watchLauncher }) => {
        if (!isOver) stop = watchLauncher({ clock, query }, callback);
      });
      return () => {
        isOver = true;
        stop();
        ignore();
      };
    },
    suspend: stopItself,
  };
}

function listen(signal: Parameters<Signals["listen"]>[0], callback: () => void): () => void {
  // Windows knows SIGINT only (as Ctrl-C) and throws for the others.
  try {
    Deno.addSignalListener(signal, callback);
  } catch (error) {
    if (Deno.build.os === "windows") return () => {};
    throw error;
  }
  return () => Deno.removeSignalListener(signal, callback);
}

const realMachine: Machine = {
  get processors() {
    return Math.max(1, navigator.hardwareConcurrency);
  },
  memoryMb() {
    if (!isGranted({ kind: "sys", name: "systemMemoryInfo" })) return null;
    try {
      const total = Deno.systemMemoryInfo().total;
      return Math.floor(Math.min(total, containerMemoryBytes()) / 2 ** 20);
    } catch {
      return null;
    }
  },
};

/** What the container leaves of the machine, where there is one. */
function containerMemoryBytes(): number {
  for (const path of ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]) {
    if (!isGranted({ kind: "read", path })) continue;
    try {
      const limit = Number(Deno.readTextFileSync(path).trim());
      if (limit > 0) return limit;
    } catch {
      continue;
    }
  }
  return Infinity;
}

/** What nobody caught would end the program on the spot: whoever listens ends it in order instead. */
function onCrash(callback: (error: unknown) => void): () => void {
  const thrown = (event: ErrorEvent) => heard(event, event.error);
  const rejected = (event: PromiseRejectionEvent) => heard(event, event.reason);
  const heard = (event: Event, error: unknown) => {
    event.preventDefault();
    callback(error);
  };
  globalThis.addEventListener("error", thrown);
  globalThis.addEventListener("unhandledrejection", rejected);
  return () => {
    globalThis.removeEventListener("error", thrown);
    globalThis.removeEventListener("unhandledrejection", rejected);
  };
}

async function readStdin(limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= limitBytes) {
    const chunk = new Uint8Array(READ_CHUNK_BYTES);
    const read = await Deno.stdin.read(chunk);
    if (read === null) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/** Whether every variable may be read, and none has to be asked for. */
let mayReadAll: boolean | null = null;

function readVariable(name: string): string | undefined {
  mayReadAll ??= isGranted({ kind: "env", name: null });
  try {
    return mayReadAll || isGranted({ kind: "env", name }) ? Deno.env.get(name) : undefined;
  } catch {
    // It is denied by name, or no name.
    return undefined;
  }
}
