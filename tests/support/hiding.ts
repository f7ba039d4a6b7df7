/** Jobs that hide what they start, orch as some user and with some shell, and what is left of all that. */
import { isAlive, processIds, read } from "./families.ts";

/** The shells that are tried as `sh`. */
export const SHELLS = ["dash", "bash", "busybox"] as const;
export type Shell = typeof SHELLS[number];

/** What of busybox is used beside its shell, so that its grep and sleep are tried, too. */
const APPLETS = ["grep", "sleep", "rmdir", "cat", "kill"];

/** A folder for PATH with this shell as `sh`. */
export function shellFolder(shell: Shell, folder: string): string {
  const path = `${folder}/bin-${shell}`;
  Deno.mkdirSync(path, { recursive: true });
  const program = programPath(shell);
  for (const name of shell === "busybox" ? ["sh", ...APPLETS] : ["sh"]) {
    Deno.symlinkSync(program, `${path}/${name}`);
  }
  return path;
}

function programPath(name: string): string {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch {
      continue;
    }
  }
  throw new Error(`no ${name}`);
}

/** A number in the arguments of a process, by which it is found whatever it does to hide. */
export function newTag(): string {
  return `7${String(crypto.getRandomValues(new Uint32Array(1))[0]! % 1e6).padStart(6, "0")}`;
}

/** The living processes with a tag among their arguments. */
export function tagged(tag: string): number[] {
  return processIds().filter((pid) => read(`/proc/${pid}/cmdline`).includes(tag) && isAlive(pid));
}

/** What a job of a kind does before it waits for itself: its end does not wait for what it has hidden. */
export function hidingAtOnce(kind: string): string | null {
  const command = HIDING[kind]!;
  const waits = /(;| &) sleep 600.TAG$/;
  return waits.test(command) && !command.startsWith("trap") ? command.replace(waits, "$1") : null;
}

/** Python that takes itself out of sight: no environment, a session of its own, memory that nobody may read. */
const UNSEEN = `
import ctypes, os, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
os.closerange(0, 100)
time.sleep(600)`.trim();

/** How a job may hide what it starts; each says TAG in the arguments of all that it starts, and goes on. */
export const HIDING: Readonly<Record<string, string>> = {
  "plain": "sleep 600.TAG",
  "ignoring TERM": "trap '' TERM; sh -c 'sleep 600.TAG; sleep 600.TAG'",
  "setsid": "setsid sleep 600.TAG & sleep 600.TAG",
  "an empty environment": "env -i setsid sleep 600.TAG & sleep 600.TAG",
  "an empty environment, ignoring TERM":
    "trap '' TERM; env -i PATH=\"$PATH\" setsid sh -c 'sleep 600.TAG; sleep 600.TAG' & sleep 600.TAG",
  "a double fork": "(setsid setsid sleep 600.TAG &) ; sleep 600.TAG",
  "nohup": "nohup sleep 600.TAG & sleep 600.TAG",
  "a storm": "while :; do sleep 600.TAG & sleep 0.02; done",
  "a storm of sessions": "while :; do env -i setsid sleep 600.TAG & sleep 0.05; done",
  "pipes": "sleep 600.TAG | sleep 600.TAG | sleep 600.TAG",
  "a loop in the background": "sh -c 'while :; do sleep 0.05; done' TAG & sleep 600.TAG",
  "standing still": "sh -c 'kill -STOP $$; sleep 600' TAG & sleep 600.TAG",
  "no files": "env -i setsid sleep 600.TAG <&- >&- 2>&- & sleep 600.TAG",
  "a timeout of its own": "timeout 600 sleep 600.TAG",
  "a subshell": "(sleep 600.TAG & exec sleep 600.TAG) & wait",
  "a giving way": "nice -n 5 setsid sleep 600.TAG & sleep 600.TAG",
  "another name": "bash -c 'exec -a kworker/TAG sleep 600' & sleep 600.TAG",
  "ssh-agent": "ssh-agent -a ./TAG.sock >/dev/null; sleep 600.TAG",
  "python's processes":
    "python3 -c 'import multiprocessing, time\nfor i in range(3): multiprocessing.Process(target=time.sleep, args=(600,)).start()' TAG",
  "what nobody may read": `env -i python3 -c '${UNSEEN}' TAG; sleep 600.TAG`,
};

/** Programs that these jobs need. */
export const HIDING_PROGRAMS = ["setsid", "bash", "python3", "ssh-agent", "timeout", "nohup"];

/** The numbers of what guards the processes of a life, the first, the second and the third, and of its slots. */
export function guardsOf(runId: string): { readonly guards: number[]; readonly slots: number[] } {
  const guards: [number, number][] = [];
  const slots: number[] = [];
  for (const pid of processIds()) {
    const words = read(`/proc/${pid}/cmdline`).split("\0");
    if (words[1] === "-c" && words[4]?.endsWith(`-${runId}`)) {
      guards.push([words.includes("first") ? 0 : 1, pid]);
    }
    const isSlot = words[1] === "-s" &&
      read(`/proc/${pid}/environ`).includes(`-${runId}.slot`);
    if (isSlot && isAlive(pid)) slots.push(pid);
  }
  guards.sort(([a, p], [b, q]) => a - b || p - q);
  return { guards: guards.map(([, pid]) => pid), slots };
}
