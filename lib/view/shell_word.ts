/** Words of a command line that people paste into a shell. */

/** What no shell reads as anything but itself. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** `text` as one word for a POSIX shell; what needs no quotes gets none. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
