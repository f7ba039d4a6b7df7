/**
 * A project for tests of the whole program: a temporary folder with files, in which orch runs either
 * in this process (`orch`, `begin`: quick, and coverage counts) or as a program of its own (`spawn`).
 * Both have real files, real processes and captured streams that are no terminals. Leaving the scope
 * (`await using`) fails the test if a process of the project is still alive.
 */
import { runCli } from "../../lib/cli/mod.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import type { Files, StopSignal, World } from "../../lib/runtime/port/world.ts";
import type { Results } from "./results_file.ts";
import { assertEquals } from "./assert.ts";
import "./state_home.ts";
import { Captured } from "./captured.ts";
import { processesWith } from "./process_list.ts";
import { IS_SHIPPED, ORCH, ORCH_QUOTED } from "./under_test.ts";

/** The repository. */
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

const DEADLINE_MS = 20_000;
const POLL_MS = 10;

/** In the environment of every process of a project, with an id of that project. */
const MARKER = "ORCH_TEST_PROJECT";

/** What the surroundings of the tests must not decide. */
const HIDDEN = (
  "API_URL CI_COMMIT_BRANCH FORCE_COLOR GITHUB_ACTIONS GITHUB_HEAD_REF GITHUB_REF_NAME " +
  "GITHUB_STEP_SUMMARY GITHUB_WORKSPACE INIT_CWD LOG_LEVEL NO_COLOR ORCH_ASCII ORCH_COLOR " +
  "ORCH_EXAMPLE_PORT ORCH_PYTHON TERM npm_lifecycle_event"
).split(" ");

/** What a run of orch came to. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of orch on its way. */
export interface Running {
  /** The process of a spawned one. */
  readonly pid: number | null;
  readonly stdout: Captured;
  readonly stderr: Captured;
  signal(signal: StopSignal): void;
  readonly finished: Promise<Finished>;
}

interface Surroundings {
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly listeners: Map<string, Set<() => void>>;
}

/** What a run may be given. */
export interface RunOptions {
  /** Variables of orch itself; its jobs inherit them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Whether what is written goes to a terminal, as far as orch can tell. */
  readonly terminal?: boolean;
}

/** A workflow as text. JSON is YAML too, so it may stand in a file of either ending. */
export function workflow(...jobs: readonly object[]): string {
  return JSON.stringify({ name: "test", jobs }, null, 1);
}

/** A temporary folder with these files. */
export function newProject(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  const project = new Project();
  for (const [name, content] of Object.entries(files)) project.write(name, content);
  return project;
}

/** A folder, and orch in it. */
export class Project implements AsyncDisposable {
  /** Absolute, without links in it. */
  readonly folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "orch-e2e-" }));
  readonly #id = crypto.randomUUID();
  readonly #running = new Set<Running>();

  path(name: string): string {
    return resolvePath(this.folder, name);
  }

  /** Writes a file, and the folders it stands in; `mode` makes it executable. */
  write(name: string, content: string | Uint8Array, mode = 0o644): void {
    const path = this.path(name);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(path, bytesOf(content), { mode });
  }

  read(name: string): string {
    return Deno.readTextFileSync(this.path(name));
  }

  exists(name: string): boolean {
    return realWorld().files.stat(this.path(name)) !== null;
  }

  /** The names in a folder, sorted. */
  list(folder: string): string[] {
    return [...Deno.readDirSync(this.path(folder))].map(({ name }) => name).sort();
  }

  json<T = Results>(name: string): T {
    return JSON.parse(this.read(name)) as T;
  }

  /** Waits until a file is there. */
  async waitForFile(name: string): Promise<void> {
    await eventually(() => this.exists(name), `${name} to appear`);
  }

  /** Command lines of the living processes of this project, orch itself aside. */
  processes(): string[] {
    return this.#processes().map(({ command }) => command);
  }

  /** The numbers of those whose command line matches. */
  pids(pattern: RegExp): number[] {
    return this.#processes().filter(({ command }) => pattern.test(command)).map(({ pid }) => pid);
  }

  #processes() {
    const orch = [...this.#running].map(({ pid }) => pid);
    return processesWith(`${MARKER}=${this.#id}`).filter(({ pid }) => !orch.includes(pid));
  }

  /** Runs orch in this process to its end, or the program that is tested. */
  async orch(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await this.begin(args, options).finished;
  }

  /** Runs the workflow of these jobs and returns its results. */
  async results(jobs: readonly object[], ...flags: readonly string[]): Promise<Results> {
    this.write("w.yaml", workflow(...jobs));
    await this.orch(["run", "w.yaml", "-q", "-o", "results.json", ...flags]);
    return this.json("results.json");
  }

  /** Starts orch in this process, or the program that is tested. */
  begin(args: readonly string[], options: RunOptions = {}): Running {
    const { terminal = false } = options;
    // A stream that is taken for a terminal is one of this process.
    if (IS_SHIPPED && !terminal) return this.spawn(args, options);
    const [stdout, stderr] = [new Captured(terminal), new Captured(terminal)];
    const listeners = new Map<string, Set<() => void>>();
    const env = { ...options.env, [MARKER]: this.#id };
    const world = this.#world(env, options.stdin ?? "", { stdout, stderr, listeners });
    return this.#track({
      pid: null,
      stdout,
      stderr,
      signal: (signal) => listeners.get(signal)?.forEach((callback) => callback()),
      finished: runCli(args, world).then((code) => finished(code, stdout, stderr)),
    });
  }

  /** Starts the real program. */
  spawn(args: readonly string[], options: RunOptions = {}): Running {
    return this.spawnProgram([...ORCH, ...args], options);
  }

  /** Starts another program for this project. */
  /** Runs shell text in which `orch` is the real program. */
  shell(text: string, options: RunOptions = {}): Running {
    const orch = `deno=$1; shift; orch() { ${ORCH_QUOTED} "$@"; }; `;
    return this.spawnProgram(["sh", "-c", orch + text, "sh", Deno.execPath()], options);
  }

  /** Starts another program for this project. */
  spawnProgram([program, ...args]: readonly string[], options: RunOptions = {}): Running {
    const [stdout, stderr] = [new Captured(), new Captured()];
    const child = new Deno.Command(program!, {
      args,
      cwd: this.folder,
      clearEnv: true,
      env: this.environment(options.env),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const fed = feed(child.stdin, options.stdin ?? "");
    const drained = [stdout.drain(child.stdout), stderr.drain(child.stderr), fed];
    return this.#track({
      pid: child.pid,
      stdout,
      stderr,
      signal: (signal) => child.kill(signal),
      finished: Promise.all([child.status, ...drained]).then(([{ code }]) =>
        finished(code, stdout, stderr)
      ),
    });
  }

  /** The variables that a program started for this project gets. */
  environment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
    const inherited = Deno.env.toObject();
    for (const name of HIDDEN) delete inherited[name];
    return { ...inherited, ...added, [MARKER]: this.#id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // After a test that failed half-way the jobs of a killed orch are ours to end, and no news.
    const killed = [...this.#running].filter(({ pid }) => pid !== null);
    for (const { pid } of killed) Deno.kill(pid!, "SIGKILL");
    for (const { pid, signal } of this.#running) if (pid === null) signal("SIGINT");
    await Promise.allSettled([...this.#running].map(({ finished }) => finished));
    const left = processesWith(`${MARKER}=${this.#id}`);
    for (const { pid } of left) Deno.kill(pid, "SIGKILL");
    Deno.removeSync(this.folder, { recursive: true });
    if (killed.length > 0) return;
    assertEquals(left.map(({ command }) => command), [], "processes left alive");
  }

  #track(running: Running): Running {
    this.#running.add(running);
    running.finished.finally(() => this.#running.delete(running)).catch(() => {});
    return running;
  }

  /** The real world, seen from this folder and with these variables. */
  #world(
    env: Readonly<Record<string, string>>,
    stdin: string | Uint8Array,
    { stdout, stderr, listeners }: Surroundings,
  ): World {
    const real = realWorld();
    return {
      ...real,
      stdout,
      stderr,
      cwd: () => this.folder,
      env: (name) => env[name] ?? (HIDDEN.includes(name) ? undefined : real.env(name)),
      readStdin: () => Promise.resolve(bytesOf(stdin)),
      files: filesIn(this.folder, real.files),
      processes: {
        async open(options) {
          const pool = await real.processes.open(options);
          return {
            start: (spec) => pool.start({ ...spec, environment: { ...env, ...spec.environment } }),
            usageOf: (attemptName) => pool.usageOf(attemptName),
            freeze: () => pool.freeze(),
            thaw: () => pool.thaw(),
            close: () => pool.close(),
          };
        },
        hasShell: () => real.processes.hasShell(),
        enforcement: () => real.processes.enforcement(),
        controlLacks: () => real.processes.controlLacks(),
        namespaceLack: () => real.processes.namespaceLack(),
        mayRun: (program) => real.processes.mayRun(program),
        query: (program, args, cwd) => real.processes.query(program, args, cwd),
      },
      signals: {
        listen(signal, callback) {
          const callbacks = listeners.get(signal) ?? new Set();
          listeners.set(signal, callbacks.add(callback));
          return () => callbacks.delete(callback);
        },
        suspend() {},
      },
    };
  }
}

/** Waits for what has no event of its own: asks again and again, up to a deadline. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

/** A test that needs programs; where one is missing it says so and is counted as ignored. */
export function testNeeding(
  programs: readonly string[],
  name: string,
  fn: () => Promise<void>,
): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return Deno.test(name, fn);
  const why = `skipped: no ${missing.join(", ")}`;
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(why);
  Deno.test({ name: `${name} (${why})`, ignore: true, fn });
}

function isInstalled(program: string): boolean {
  const { files } = realWorld();
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => files.stat(`${folder}/${program}`)?.isFile === true);
}

/** Relative paths of the command line start from `folder`, as for a program started there. */
function filesIn(folder: string, files: Files): Files {
  const at = (path: string) => resolvePath(folder, path);
  return {
    ...files,
    stat: (path) => files.stat(at(path)),
    identity: (path) => files.identity(at(path)),
    read: (path) => files.read(at(path)),
    replace: (path, text) => files.replace(at(path), text),
  };
}

async function feed(stdin: WritableStream<Uint8Array>, text: string | Uint8Array): Promise<void> {
  try {
    const writer = stdin.getWriter();
    await writer.write(bytesOf(text));
    await writer.close();
  } catch {
    // It ended without reading all of it.
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
}

function finished(code: number, stdout: Captured, stderr: Captured): Finished {
  return { code, stdout: stdout.text, stderr: stderr.text };
}
