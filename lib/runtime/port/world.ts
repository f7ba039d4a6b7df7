/**
 * The ports to what a test replaces: time, processes, streams, signals, requests, variables, and the files
 * of the user. The real ones are in `real_world.ts`. Tests hand in a virtual clock, scripted processes and
 * captured streams.
 *
 * The files of a run are no port. `lib/runtime` opens them itself, and tests give it real folders.
 */

import type { RunLimits } from "../../core/plan/limits.ts";
import type { CgroupProblem } from "../../core/base/cgroup_problem.ts";
import type { ProcessFacts, Usage } from "../../core/run/event.ts";
import type { Permission } from "../../core/base/permission.ts";
import type { NamespaceLack } from "../../core/base/namespace_lack.ts";

/** Everything a program of ours may depend on. */
export interface World {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly signals: Signals;
  readonly machine: Machine;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** All of standard input, at most `limitBytes` + 1 bytes of it. */
  readStdin(limitBytes: number): Promise<Uint8Array>;
  /** Sends one HTTP request. See `http_client.ts`. */
  request(request: OutgoingRequest): Promise<HttpAnswer>;
  /** Whether Deno lets orch do this; the user is not asked. */
  may(permission: Permission): boolean;
  /** One environment variable; `undefined` if it is not set or may not be read. */
  env(name: string): string | undefined;
  /** The folder orch was started in. */
  cwd(): string;
  /** `count` random bytes. */
  random(count: number): Uint8Array;
  /**
   * Calls back with what nobody caught, a mistake of ours: whoever listens has to end the program. The
   * function returned takes that back.
   */
  onCrash(callback: (error: unknown) => void): () => void;
}

/** Time, and the only way to be called later. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards within a run. */
  now(): number;
  /** Calls back once at or after `at`; the function returned takes that back. */
  callAt(at: number, callback: () => void): () => void;
  /** Calls back as soon as the code that runs now has ended. */
  defer(callback: () => void): void;
  /** Minutes by which local time is ahead of UTC, now. */
  utcOffsetMinutes(): number;
}

/** A stream that people or programs read, perhaps later than we write, or never. */
export interface OutputStream {
  /**
   * Hands all of it over; bytes as they are. It waits for a reader, unless `unblock` was called. Throws
   * what an earlier write failed with.
   */
  write(content: string | Uint8Array): void;
  /** From now on writing does not wait for a reader. */
  unblock(): void;
  /** Bytes that were handed over and that no reader has taken yet. */
  readonly waiting: number;
  /** Resolves when nothing waits, or when no reader is left; rejects with the error of a write that failed. */
  flush(): Promise<void>;
  /** Whether no reader is left. Further writes are lost. */
  readonly isBroken: boolean;
  readonly isTerminal: boolean;
  /** The size now; 80 by 24 if it is not known. */
  size(): { readonly columns: number; readonly rows: number };
}

/** Facts about a path. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly size: number;
}

/** The file system. Errors are the platform's own, unless said otherwise. */
export interface Files {
  /** `null` where nothing is there. */
  stat(path: string): FileFacts | null;
  /**
   * A word that is the same for all names of a plain file, links of both kinds included, or of a file that
   * is not there yet; `null` for what is neither, such as a device or a pipe.
   */
  identity(path: string): string | null;
  read(path: string): Promise<Uint8Array>;
  /** The last `limitBytes` of a log of a run as text; empty if there is no plain file of ours. */
  readTail(path: string, limitBytes: number): FileTail;
  /** At most `length` bytes of such a log, from `offset` on; none if there is no file, or it ends before. */
  readAt(path: string, range: { readonly offset: number; readonly length: number }): Uint8Array;
  /** Adds to the end of a file. Creates the file if there is none. */
  append(path: string, text: string): void;
  /** Creates or replaces a file, 0600. */
  write(path: string, text: string): void;
  /**
   * As `write`, except that readers see the old content or the new, never a part; keeps 0666 & umask. Links
   * are followed, also to where nothing is yet; devices and pipes are written to.
   */
  replace(path: string, text: string): void;
  /** Creates a folder and its parents, 0700; false if it existed. */
  makeDirectory(path: string): boolean;
  /** Opens a new file for writing, 0600. */
  create(path: string): FileWriter;
  remove(path: string): void;
}

/** The end of a file. */
export interface FileTail {
  readonly text: string;
  /** Bytes of the file that come before `text`. */
  readonly omittedBytes: number;
}

/** A file being written. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** One HTTP request, on its way. */
export interface OutgoingRequest {
  /** http or https. */
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
  /** Ends the request in whatever phase it is. */
  readonly signal: AbortSignal;
  /** Is told when the connection stands, TLS included, or when that cannot be seen, as behind a proxy. */
  connected(): void;
}

/** What a server answers: a redirect is an answer too. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Decompressed. */
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Starts programs. See `deno_processes.ts`. */
export interface Processes {
  /** What the processes of one run are started in. */
  open(options: PoolOptions): Promise<ProcessPool>;
  /** Whether jobs run in shells; without, a command is one program with plain arguments. */
  hasShell(): boolean;
  /** What can hold jobs to their limits here. */
  enforcement(): Enforcement;
  /** What keeps the kernel from holding jobs by control groups; empty if nothing does. */
  controlLacks(): Promise<readonly CgroupProblem[]>;
  /** Why jobs cannot have processes of their own; `null` where they can. Asked once: it starts a program. */
  namespaceLack(): NamespaceLack | null;
  /** Whether Deno's permissions let orch start this program. */
  mayRun(program: string): boolean;
  /** Runs a short program of ours (never a job) and returns its standard output; `null` if it failed. */
  query(program: string, args: readonly string[], cwd: string): Promise<string | null>;
}

/** What can hold jobs to their limits, best first. */
export interface Enforcement {
  readonly containment: "cgroup" | "process_group" | "direct";
  readonly memory: "cgroup" | "sampled" | "none";
  /** `nice` only gives way to others: it enforces nothing. */
  readonly cpu: "cgroup" | "nice" | "none";
}

/** What holds for all processes of one run. */
export interface PoolOptions {
  /** A word that no other process has in its environment: `[0-9a-z-]+`. */
  readonly cookie: string;
  /** What follows it, where orch is itself started by a job: see `cookie.ts`. */
  readonly outerCookies?: string;
  readonly limits: RunLimits;
  /**
   * Each slot writes down how its jobs ended in a file of its own, which begins so: it is read if orch
   * dies before it hears of an end. `null` where nobody will.
   */
  readonly endsStem: string | null;
  /** Says what the user should know and no attempt can. */
  notice(notice: ProcessNotice): void;
}

/** What a run outlives, and its user should know. */
export type ProcessNotice =
  /** The machine cannot start more processes just now. */
  | { readonly kind: "spawn_trouble"; readonly cause: string; readonly parallel: number }
  /** Attempts that left processes behind which orch may not stop, and whether more permissions would let it. */
  | {
    readonly kind: "left_behind";
    readonly attempts: readonly string[];
    readonly curable: boolean;
  };

/** The processes of one run. */
export interface ProcessPool {
  start(spec: ProcessSpec): RunningProcess;
  /** What the attempt of this name uses now; `null` if it does not run, or was not measured yet. */
  usageOf(attemptName: string): LiveUsage | null;
  /** Stops time for every process: SIGSTOP. Resolves when that was sent. */
  freeze(): Promise<void>;
  /** Lets them continue: SIGCONT. */
  thaw(): void;
  /** Stops what ended jobs left behind; resolves when nothing of the run is left. */
  close(): Promise<void>;
}

/** What a running attempt was last seen to use. */
export interface LiveUsage {
  readonly memoryBytes: number;
  /** Share of one processor, over about a second; `null` after a first look. */
  readonly cpuPercent: number | null;
}

/** A process to start. It has no input, no controlling terminal, and a session of its own. */
export interface ProcessSpec {
  readonly launch: Launch;
  readonly workingDirectory: string;
  /** Added to the environment orch has itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Output is appended to these files. */
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** What of the run's cookie is the attempt's own. */
  readonly attemptName: string;
  readonly memoryMb: number | null;
  readonly cpuPercent: number | null;
  /** Whether what it leaves in the background when it ends is to stay. */
  readonly leaves: boolean;
  /** Whether it runs in a process namespace. */
  readonly processes: "shared" | "own";
}

/** Shell text, or a program with its arguments. */
export type Launch =
  | { readonly kind: "shell"; readonly text: string }
  | { readonly kind: "program"; readonly program: string; readonly args: readonly string[] };

/** A process on its way. */
export interface RunningProcess {
  /** Resolves once, when the leader has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks the whole group to end (TERM), or ends it (KILL). */
  stop(force: boolean): void;
}

/** How a process ended. */
export type ProcessEnd =
  | ({ readonly kind: "exited"; readonly code: number } & ProcessMeasures)
  | ({ readonly kind: "signaled"; readonly signal: string } & ProcessMeasures)
  | (
    & { readonly kind: "out_of_memory"; readonly peakMb: number; readonly limitMb: number }
    & ProcessMeasures
  )
  | {
    readonly kind: "not_started";
    readonly cause: string;
    /** The variable with which Deno starts no program, unless it may start all. */
    readonly linkerVariable?: string;
  };

/** What was seen of a process beside its end. */
export interface ProcessMeasures {
  readonly usage: Usage;
  readonly process: ProcessFacts;
}

/** The signals that stop a run. */
export type StopSignal = "SIGINT" | "SIGQUIT" | "SIGTERM" | "SIGHUP";

/** Signals sent to orch itself. */
export interface Signals {
  /** Calls back for each one that arrives; the function returned takes that back. */
  listen(signal: StopSignal | "SIGWINCH" | "SIGTSTP", callback: () => void): () => void;
  /** Stops orch itself, as Ctrl-Z would; returns when orch continues. */
  suspend(): void;
}

/** The machine. */
export interface Machine {
  /** Processors this process may use, at least 1. */
  readonly processors: number;
  /** The memory that a run may plan with, in MB; `null` if it is not known. */
  memoryMb(): number | null;
}
