/**
 * What orch says to `sh`: the text of a warm shell's start and of each job in it. Values get in by
 * `quote` alone. Pure text; the shell that reads it is in `shell_slot.ts`.
 */
import type { Launch } from "./world.ts";

/** What a job's text is made of. */
export interface JobText {
  readonly launch: Launch;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** How much the job gives way to others, 0 to 19; 0 leaves it alone. */
  readonly niceness: number;
}

/** `value` as one word of shell text, whatever it holds. NUL cannot be said to a shell: it was refused. */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * The first words to a slot. It must outlive the signals that stop its job, since both are in one
 * process group; its own messages (which job was killed by a signal) belong to the answers. The EXIT
 * trap of a job uses USR1 to say that 130 or 141 was an exit status: see `jobText`.
 */
export const SLOT_PREAMBLE = "exec 2>&1; trap : HUP INT TERM; trap __orch_x=1 USR1\n";

/**
 * The text that runs one job in a subshell of the slot and then answers with two lines of `times` and
 * the line `<token> <status> <mark>`. A subshell has its own variables, folder, umask, traps and
 * functions. A shell names the signal that killed a job before the answer, except for INT and PIPE:
 * there the job's EXIT trap marks a status of 130 or 141 that was chosen, and no mark means a signal.
 */
export function jobText(job: JobText, token: string): string {
  const setup = [
    "trap 'case $? in 130|141) kill -USR1 $$;; esac' 0",
    exports(job.environment),
    `exec </dev/null >>${quote(job.stdoutPath)} 2>>${quote(job.stderrPath)}`,
    `cd ${quote(job.workingDirectory)} || exit 1`,
  ];
  return `( ${setup.join("; ")}; ${action(job)} )\n` +
    `__orch_s=$?; times; echo "${token} $__orch_s $__orch_x"; __orch_x=\n`;
}

function exports(environment: Readonly<Record<string, string>>): string {
  const names = Object.keys(environment);
  const assignments = names.map((name) => `${name}=${quote(environment[name]!)}`);
  return `${assignments.join(" ")}; export ${names.join(" ")}`;
}

function action({ launch, niceness }: JobText): string {
  if (launch.kind === "program") {
    const words = [...nice(niceness), launch.program, ...launch.args];
    return `exec ${words.map(quote).join(" ")}`;
  }
  const { text } = launch;
  if (niceness > 0 || speaksOfItsShell(text)) {
    return `exec ${[...nice(niceness), "sh", "-c", text].map(quote).join(" ")}`;
  }
  return isOneProgram(text) ? `exec ${text.trim()}` : `eval ${quote(text)}`;
}

function nice(niceness: number): string[] {
  return niceness === 0 ? [] : ["nice", "-n", String(niceness)];
}

/** In a subshell `$$` and `$PPID` are those of the slot: such a command gets a shell of its own. */
function speaksOfItsShell(text: string): boolean {
  return text.includes("$$") || text.includes("PPID");
}

/** Words that a shell understands itself: `exec` would look for a program, or fail. */
const SHELL_WORDS = new Set(
  (". : [ [[ ]] { } ! alias bg bind break builtin caller case cd chdir command compgen complete compopt continue " +
    "coproc declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for " +
    "function getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd " +
    "read readarray readonly return select set shift shopt source suspend test then time times trap true " +
    "type typeset ulimit umask unalias unset until wait while").split(" "),
);

/** A word without any meaning to a shell, and not an assignment. */
const PLAIN_FIRST_WORD = /^[A-Za-z0-9_./+-]+$/;
const PLAIN_WORD = /^[A-Za-z0-9_./+:,@%^=-]+$/;

/**
 * The words of a command that is one program with plain arguments, for which no shell is needed; or
 * `null`. Whatever could mean something to a shell counts as not plain.
 */
export function plainWords(text: string): readonly string[] | null {
  const words = text.trim().split(/[ \t]+/);
  const [first = "", ...rest] = words;
  if (!PLAIN_FIRST_WORD.test(first) || SHELL_WORDS.has(first)) return null;
  return rest.every((word) => PLAIN_WORD.test(word)) ? words : null;
}

function isOneProgram(text: string): boolean {
  return plainWords(text) !== null;
}
