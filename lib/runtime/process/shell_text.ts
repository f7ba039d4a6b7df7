/**
 * What orch says to `sh`: the text of a warm shell's start and of each job in it. Values get in by
 * `quote` alone. Pure text; the shell that reads it is in `shell_slot.ts`.
 */
import { quote } from "../kernel/quote.ts";
import type { Launch } from "../port/world.ts";

/** What a job's text is made of. */
export interface JobText {
  readonly launch: Launch;
  /** A file with the shell text of the launch, where that is too long for an argument. */
  readonly textPath: string | null;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** How much the job gives way to others, 0 to 19; 0 leaves it alone. */
  readonly niceness: number;
  /** What stands in its environment as ORCH_COOKIE. */
  readonly cookie: string;
  /** The limit of file locks by which its processes are known: see `cookie.ts`. */
  readonly mark?: string;
  /** Which attempt it is. */
  readonly attemptName: string;
}

/**
 * The first words to a slot. It must outlive the signals that stop its job, since both are in one
 * process group; its own messages (which job was killed by a signal) belong to the answers; it
 * makes the files of its jobs private, and gives each job the umask that it came with. USR1 is the mark of `jobText`, and
 * `__orch_t` says that the slot was told to end while a job ran in it. Once orch is dead, a message of its
 * own would end it by PIPE before it has written down how its job ended.
 */
export const SLOT_PREAMBLE =
  "exec 2>&1; __orch_m=: __orch_t= __orch_x= __orch_u= __orch_sh=; trap __orch_t=1 HUP INT TERM; trap __orch_x=1 USR1; " +
  "trap : PIPE; " +
  // A signal to the group may hit what is to find it out.
  // A machine that starts no processes says nothing at all: then the slot ends, and is started again later.
  'for __orch_n in 1 2 3 4 5 6 7 8; do [ "$__orch_u" ] || __orch_u=$(umask); done; ' +
  '[ "$__orch_u" ] || exit 1; umask 077\n';

/**
 * Words that put a mark on a slot, and with it on all that it starts, and find out how: shells have
 * different letters for the same limit. Where the slot belongs to a run within a job, the mark of that job
 * stays as the hard limit, which may be lowered and never raised: it is the first to have come.
 */
export function markWords(mark: string, isNested: boolean): string {
  const tryLetter = (letter: string) =>
    `ulimit -S -${letter} ${mark}; then __orch_m='ulimit -S -${letter}'`;
  const keepOuter = isNested
    ? '[ "$(ulimit -H -w || ulimit -H -x)" != unlimited ] || ulimit -H -w "$(ulimit -S -w)" || ' +
      'ulimit -H -x "$(ulimit -S -x)"; '
    : "";
  return `{ ${keepOuter}if ${tryLetter("w")}; elif ${tryLetter("x")}; fi; } 2>/dev/null\n`;
}

/** Text for a slot, and how its answer is to be read. */
export interface SlotText {
  readonly text: string;
  /** Whether a status of 130 or 141 that the job chose carries a mark. */
  readonly marked: boolean;
}

/**
 * The text that runs one job in a subshell of the slot and then answers with two lines of `times` and
 * the line `<token> <status> <mark>`. A subshell has its own variables, folder, umask, traps and
 * functions. A shell names the signal that killed a job before it goes on, except for INT (130) and
 * PIPE (141): there the EXIT trap of the job's own shell marks a status that was chosen. A program
 * that takes the place of that shell cannot, nor can a job with traps of its own: their 130 and 141 count as
 * chosen.
 */
export function jobText(
  job: JobText,
  slot: {
    readonly token: string;
    /** As the job sees it: 1 is that of a namespace, whose first process it is. */
    readonly pid: number;
    readonly endsPath: string | null;
  },
): SlotText {
  const { assignments, names, handed } = variables(job.environment);
  const { preparation, text, marked } = action(job, {
    handed,
    mark: `case $? in 130|141) kill -USR1 ${slot.pid};; esac`,
  });
  // The files are opened before anything of the job's own can get in the way. A log that cannot be
  // opened is told, and costs the job its output, not its life.
  return {
    text: `${preparation}( command exec </dev/null ` +
      `>>${quote(job.stdoutPath)} 2>>${quote(job.stderrPath)} || ` +
      `{ echo ${slot.token}${LOG_LOST}; exec </dev/null >/dev/null 2>&1; }; umask "$__orch_u"; ` +
      (job.mark === undefined ? "" : `$__orch_m ${job.mark}; `) +
      `${assignments}ORCH_COOKIE=${quote(job.cookie)}; export${names} ORCH_COOKIE; cd ${
        quote(job.workingDirectory)
      } || exit 1; ${text} )\n__orch_s=$?; ` +
      (slot.pid === 1 ? END_NAMESPACE : "") +
      (slot.endsPath === null ? "" : endText(job.attemptName, slot.endsPath)) +
      `times; echo "${slot.token} $__orch_s $__orch_x"; __orch_x= __orch_t=\n`,
    marked,
  };
}

/**
 * Writes down how the attempt ended before anybody is told: once orch is dead, telling ends the slot.
 * The format is read in `exit_log.ts`.
 */
function endText(attemptName: string, endsPath: string): string {
  return `echo ${quote(attemptName)} "$__orch_s $__orch_t." 2>/dev/null >>${quote(endsPath)}; `;
}

/** Ends all but the first process of a namespace. A shell outside of a namespace ends no process. */
const END_NAMESPACE = '[ "$$" != 1 ] || kill -KILL -1 2>/dev/null; ';

/** What follows the token in the line that says that the files of a job could not be opened. */
export const LOG_LOST = "!log";

/**
 * Finds the programs that some jobs start with, once for each slot: the job's own PATH may lead to none
 * of them. What a signal to the group has interrupted is done again for the next job.
 */
const FIND_HELPERS = `[ "$__orch_sh" ] || { __orch_env=$(command -v env) && ` +
  "{ __orch_nice=$(command -v nice) || [ $? -lt 128 ]; } && __orch_sh=$(command -v sh); }; ";

/**
 * Variables that some shell does not keep as they are set, or cannot set at all: it resets them at its
 * start or with every `cd`, counts with them, reads them as numbers, or has them for itself.
 */
const SHELLS_OWN = new Set(
  ("_ ARGC COLUMNS COMP_WORDBREAKS DIRSTACK EGID EPOCHREALTIME EPOCHSECONDS ERRNO EUID FUNCNAME GID GLOBIGNORE " +
    "GROUPS HISTCMD HISTSIZE IFS KSHEGID KSHEUID KSHGID KSHUID KSH_VERSION LINENO LINES OLDPWD OPTARG OPTERR OPTIND " +
    "PGRP PIPESTATUS PPID PWD RANDOM SECONDS SHELLOPTS SHLVL SRANDOM TMOUT TTYIDLE UID USERNAME " +
    "USER_ID").split(" "),
);
/** A name that every shell takes, and that is neither bash's nor ours. */
const PLAIN_NAME = /^(?!BASH|__orch_)[A-Za-z_][A-Za-z0-9_]*$/;

/** Words that set plain variables in a shell, their names, and words that hand the others on by `env`. */
function variables(
  environment: Readonly<Record<string, string>>,
): { readonly assignments: string; readonly names: string; readonly handed: string } {
  let [assignments, names, handed] = ["", "", ""];
  for (const name of Object.keys(environment)) {
    const value = quote(environment[name]!);
    if (SHELLS_OWN.has(name) || !PLAIN_NAME.test(name)) {
      handed += ` ${quote(name)}=${value}`;
    } else {
      assignments += `${name}=${value} `;
      names += ` ${name}`;
    }
  }
  return { assignments, names, handed };
}

interface JobAction extends SlotText {
  /** What the slot does before. */
  readonly preparation: string;
}

/** Starts the job proper, in place of its subshell if that is possible. */
function action(
  { launch, textPath, niceness }: JobText,
  { handed, mark }: { readonly handed: string; readonly mark: string },
): JobAction {
  const program = launch.kind === "program" ? launch.program : "";
  // `env` would take a program with such a name for one more variable.
  const givesWay = niceness > 0 || (handed !== "" && program.includes("="));
  const before = (handed === "" ? "" : `"$__orch_env"${handed} `) +
    (givesWay ? `"$__orch_nice" -n ${niceness} ` : "");
  const preparation = before === "" ? "" : FIND_HELPERS;
  if (launch.kind === "program") {
    const words = [program, ...launch.args].map(quote).join(" ");
    return { preparation, text: `exec ${before}${words}`, marked: false };
  }
  const { text } = launch;
  if (isOneProgram(text)) {
    return { preparation, text: `exec ${before}${text.trim()}`, marked: false };
  }
  // A trap of the job's own would take the place of ours.
  const marked = textPath === null && !/\btrap\b/.test(text);
  const trap = `trap ${quote(mark)} 0; `;
  if (before !== "" || speaksOfItsShell(text)) {
    const words = textPath === null ? `-c ${quote(trap + text)}` : quote(textPath);
    return { preparation: FIND_HELPERS, text: `exec ${before}"$__orch_sh" ${words}`, marked };
  }
  // With nothing before it, text that begins with a dash would be an option of bash's `eval`.
  return { preparation, text: `${trap}eval '' ${quote(text)}`, marked };
}

/** Whether a job needs a shell of its own, which takes its text as an argument. */
export function needsItsShell(
  { launch, niceness, environment }: Omit<JobText, "textPath">,
): boolean {
  if (launch.kind === "program" || isOneProgram(launch.text)) return false;
  return niceness > 0 || speaksOfItsShell(launch.text) || variables(environment).handed !== "";
}

/** In a subshell `$$` and `$PPID` are those of the slot: such a command gets a shell of its own. */
function speaksOfItsShell(text: string): boolean {
  return /\$\$|\$\{\$|PPID/.test(text);
}

/** Words that only a shell understands. */
const SHELL_WORDS = new Set(
  (". : [[ ]] { } ! alias bg bind break builtin caller case cd chdir command compgen complete compopt continue " +
    "coproc declare dirs disown do done elif else enable esac eval exec exit export fc fg fi for " +
    "function getopts hash help history if in jobs let local logout mapfile popd pushd " +
    "read readarray readonly return select set shift shopt source suspend then times trap " +
    "type typeset ulimit umask unalias unset until wait while").split(" "),
);
/** Words that a shell understands itself, quicker than it could start the program of that name. */
const BUILTIN_PROGRAMS = new Set("[ echo false kill printf pwd test time true".split(" "));

/** A word without any meaning to a shell, and not an assignment. */
const PLAIN_FIRST_WORD = /^([A-Za-z0-9_./+][A-Za-z0-9_./+-]*|\[)$/;
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
  const words = plainWords(text);
  return words !== null && !BUILTIN_PROGRAMS.has(words[0]!);
}
