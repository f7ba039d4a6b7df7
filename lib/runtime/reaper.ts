/**
 * One shell in a session of its own that outlives orch: when its input ends, orch is dead, whatever
 * killed it, and the reaper stops everything that is left. While orch lives the reaper delivers its
 * signals, so that the same code works where orch itself may not send them.
 *
 * Lines: `+ <group>` and `- <group>` say what exists, `s <signal> <group>` and `p <signal> <pid>` send, `q` stops
 * what is left and ends it.
 */

/** What a reaper needs to know. */
export interface ReaperOptions {
  /** What stands in the environment of every job of the run, and in no other. */
  readonly cookie: string;
  /** Time between TERM and KILL once orch is dead. */
  readonly graceMs: number;
  /** The control group of the run, whose leaves are killed and removed with it. */
  readonly cgroup: string | null;
}

/** A reaper that runs, or did. */
interface Shell {
  readonly child: Deno.ChildProcess;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
}

/** Keeps one reaper running, and tells a new one what the last knew. */
export class Reaper {
  readonly #options: ReaperOptions;
  readonly #groups = new Set<number>();
  #shell: Shell | null = null;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#open();
  }

  /** From now on this group is stopped if orch dies. */
  add(group: number): void {
    this.#groups.add(group);
    this.#say(`+ ${group}`);
  }

  /** The group is gone: its number may be given to a stranger. */
  remove(group: number): void {
    this.#groups.delete(group);
    this.#say(`- ${group}`);
  }

  /** Sends a signal to every process of a group; resolves when the reaper was told. */
  signal(signal: "TERM" | "KILL" | "CONT" | "STOP", group: number): Promise<void> {
    return this.#say(`s ${signal} ${group}`);
  }

  /** Sends a signal to one process. */
  signalProcess(signal: "TERM" | "KILL" | "CONT", pid: number): void {
    this.#say(`p ${signal} ${pid}`);
  }

  /** Stops what is left in the groups it knows (half a second after TERM comes KILL), and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== undefined) clearTimeout(this.#retry);
    this.#say("q");
    await this.#shell?.writer.close().catch(() => {});
    await this.#shell?.child.status;
  }

  #open(): void {
    const { cookie, graceMs, cgroup } = this.#options;
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        REAPER_SCRIPT,
        "orch-reaper",
        cookie,
        String(Math.ceil(graceMs / POLL_MS)),
        cgroup ?? "",
      ],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    const shell = { child, writer: child.stdin.getWriter() };
    this.#shell = shell;
    child.status.then(() => {
      // Its pipe stays open until somebody says otherwise.
      shell.writer.abort().catch(() => {});
      this.#replace(shell);
    });
  }

  /** Where the machine cannot start another one now, it may be able to a little later. */
  #replace(dead: Shell): void {
    if (this.#closed || this.#shell !== dead) return;
    try {
      this.#open();
    } catch {
      this.#retry = setTimeout(() => this.#replace(dead), RETRY_MS);
      return;
    }
    for (const group of this.#groups) this.#say(`+ ${group}`);
  }

  async #say(line: string): Promise<void> {
    // A reaper that has just died is replaced, and told again, when its end is noticed.
    await this.#shell?.writer.write(ENCODER.encode(`${line}\n`)).catch(() => {});
  }
}

const ENCODER = new TextEncoder();
const POLL_MS = 100;
const RETRY_MS = 200;

/**
 * A group of zombies that nobody has waited for yet is gone, though `kill -s 0` finds it.
 * $1 is the cookie, $2 the grace in tenths of a second, $3 the control group or nothing. `kill -s X -- -N` is the form that every shell
 * takes. The sweep finds what left its group: grep reads environments without another program of ours.
 */
const REAPER_SCRIPT = `
trap '' INT TERM HUP QUIT PIPE
groups=' '
members() { for g in $groups; do kill -s 0 -- "-$g" && lives "$g" && return 0; done; return 1; }
lives() { [ ! -d /proc/1 ] || grep -qsE "^[0-9]+ \\(.*\\) [^ZX] [0-9]+ $1 " /proc/[0-9]*/stat; }
stop_rest() {
  for g in $groups; do kill -s TERM -- "-$g" && kill -s CONT -- "-$g"; done
  left=25
  while [ "$left" -gt 0 ] && members; do sleep 0.02; left=$((left - 1)); done
  for g in $groups; do kill -s KILL -- "-$g"; done
}
while read -r op a b; do
  case $op in
    +) groups="$groups$a " ;;
    -) case "$groups" in *" $a "*) groups="\${groups%% $a *} \${groups#* $a }" ;; esac ;;
    s) kill -s "$a" -- "-$b" ;;
    p) kill -s "$a" "$b" ;;
    q) stop_rest; exit 0 ;;
  esac
done
sweep() { for f in $(grep -lsz "^ORCH_COOKIE=$cookie" /proc/[0-9]*/environ); do
  p=\${f#/proc/}; kill -s "$1" "\${p%/environ}"; done; }
alive() { members || grep -qsz "^ORCH_COOKIE=$cookie" /proc/[0-9]*/environ; }
cookie=$1
left=$2
cgroup=$3
for g in $groups; do kill -s TERM -- "-$g"; kill -s CONT -- "-$g"; done
sweep TERM
while [ "$left" -gt 0 ] && alive; do sleep 0.1; left=$((left - 1)); done
for again in 1 2 3 4 5; do
  for g in $groups; do kill -s KILL -- "-$g"; done
  sweep KILL
  [ -z "$cgroup" ] || for d in "$cgroup"/*/; do echo 1 >"$d/cgroup.kill"; done
  alive || break
  sleep 0.1
done
[ -z "$cgroup" ] || rmdir "$cgroup"/*/ "$cgroup"
`;
