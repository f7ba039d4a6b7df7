/** Command lines that people paste into a shell. */

/** What no shell reads as anything but itself. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** `text` as one word for a POSIX shell; what needs no quotes gets none. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A run that a command line is to name. */
export interface NameableRun {
  readonly runId: string;
  /** Where it is kept, if that is not found from where the user stands. */
  readonly stateDirectory: string | null;
}

/** `orch <command> <run><rest>`, with the place of the run where it must be named. */
export function runCommand(
  command: string,
  { runId, stateDirectory }: NameableRun,
  rest = "",
): string {
  const flag = stateDirectory === null ? "" : ` --state-dir ${shellWord(stateDirectory)}`;
  return `orch ${command} ${runId}${rest}${flag}`;
}
