/**
 * Starts jobs as processes and ends them. Each is the leader of a session and a process group of its
 * own, has no input and no terminal, and writes straight into its files: no byte of its output passes
 * through this thread, and no pipe keeps it alive after its leader has ended.
 *
 * What it does not know: jobs, retries, time limits.
 */
import type { Clock, Launch, ProcessEnd, Processes, ProcessSpec, RunningProcess } from "./world.ts";

/**
 * What `sh` is told: redirect into private files, then become the job, with the file mode mask that
 * orch was started with. Paths and commands are arguments, never text of it.
 */
const REDIRECT = 'umask 077; exec </dev/null >>"$1" 2>>"$2"; umask "$3"; ';
const RUN_SHELL_TEXT = REDIRECT + 'eval "shift 4; $4"';
const RUN_SHELL_FILE = REDIRECT + '__orch=$4; shift 4; . "$__orch"';
const RUN_PROGRAM = REDIRECT + 'shift 3; exec "$@"';

/** Linux refuses a single argument of 128 KiB; longer texts are handed over in a file. */
const LONGEST_ARGUMENT = 100_000;

/** How long a sweep lets what ended jobs left behind end by itself. */
const SWEEP_GRACE_MS = 500;
const SWEEP_POLL_MS = 20;

/** Processes by `Deno.Command`. */
export class DenoProcesses implements Processes {
  readonly #clock: Clock;
  /** Groups whose leader has ended: what is left in them is swept at the end of the run. */
  readonly #endedGroups = new Set<number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(spec: ProcessSpec): RunningProcess {
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("sh", {
        args: shellArguments(spec),
        cwd: spec.workingDirectory,
        env: spec.environment,
        stdin: "null",
        stdout: "null",
        stderr: "null",
        detached: true,
      }).spawn();
    } catch (error) {
      return notStarted(error);
    }
    let ended = false;
    const end = child.status.then((status): ProcessEnd => {
      ended = true;
      this.#endedGroups.add(child.pid);
      return status.signal !== null
        ? { kind: "signaled", signal: status.signal }
        : { kind: "exited", code: status.code };
    });
    return {
      ended: end,
      stop(force) {
        if (!ended) signalGroup(child.pid, force ? "SIGKILL" : "SIGTERM");
        if (!ended && !force) signalGroup(child.pid, "SIGCONT");
      },
    };
  }

  async query(program: string, args: readonly string[], cwd: string): Promise<string | null> {
    try {
      const { success, stdout } = await new Deno.Command(program, {
        args: [...args],
        cwd,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).output();
      return success ? new TextDecoder().decode(stdout).trim() : null;
    } catch {
      return null;
    }
  }

  async sweep(): Promise<void> {
    const forceAt = this.#clock.now() + SWEEP_GRACE_MS;
    let asked = false;
    for (;;) {
      const left = groupsAlive(this.#endedGroups);
      if (left.length === 0) return;
      const force = this.#clock.now() >= forceAt;
      if (!asked || force) {
        for (const group of left) signalGroup(group, force ? "SIGKILL" : "SIGTERM");
      }
      asked = true;
      await new Promise<void>((wake) =>
        this.#clock.callAt(this.#clock.now() + SWEEP_POLL_MS, wake)
      );
    }
  }
}

function shellArguments({ launch, stdoutPath, stderrPath }: ProcessSpec): string[] {
  const files = ["sh", stdoutPath, stderrPath, inheritedMask()];
  if (launch.kind === "program") {
    return ["-c", RUN_PROGRAM, ...files, launch.program, ...launch.args];
  }
  if (launch.text.length <= LONGEST_ARGUMENT) return ["-c", RUN_SHELL_TEXT, ...files, launch.text];
  return ["-c", RUN_SHELL_FILE, ...files, writeText(launch, stdoutPath)];
}

let mask: string | null = null;

/** The file mode mask of orch itself, as `umask` takes it. */
function inheritedMask(): string {
  mask ??= readMask();
  return mask;
}

function readMask(): string {
  try {
    return Deno.umask().toString(8).padStart(3, "0");
  } catch {
    return "022";
  }
}

/** Puts a long command beside the output of its attempt, where it is kept with it. */
function writeText(launch: Extract<Launch, { kind: "shell" }>, stdoutPath: string): string {
  const path = `${stdoutPath.replace(/\.out$/, "")}.sh`;
  Deno.writeTextFileSync(path, launch.text, { mode: 0o600 });
  return path;
}

function notStarted(error: unknown): RunningProcess {
  const missing = error instanceof Deno.errors.NotFound;
  const cause = error instanceof Error ? error.message : String(error);
  return { ended: Promise.resolve({ kind: "not_started", cause, missing }), stop() {} };
}

function signalGroup(group: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-group, signal);
  } catch (error) {
    // The group has ended in the meantime.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Which of `groups` still have a living member, zombies aside. The group's number cannot have been
 * given to a stranger while a member holds it; after that the session number tells them apart.
 */
function groupsAlive(groups: ReadonlySet<number>): number[] {
  const alive = new Set<number>();
  for (const { name } of listProcesses()) {
    const facts = readProcessFacts(name);
    if (facts === null || facts.state === "Z" || facts.state === "X") continue;
    if (groups.has(facts.group) && facts.session === facts.group) alive.add(facts.group);
  }
  return [...alive];
}

/** The folders of /proc that are processes; none where there is no /proc. */
function* listProcesses(): Iterable<Deno.DirEntry> {
  try {
    for (const entry of Deno.readDirSync("/proc")) if (/^\d+$/.test(entry.name)) yield entry;
  } catch {
    return;
  }
}

function readProcessFacts(pid: string): { state: string; group: number; session: number } | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The second field is a name in parentheses that may itself hold anything.
    const [state, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: state!, group: Number(group), session: Number(session) };
  } catch {
    return null;
  }
}
