/** Values as words of shell text. */

/** `value` as one word of shell text, whatever it holds. NUL cannot be said to a shell: it was refused. */
export function quote(value: string): string {
  return value.includes("'") ? `'${value.replaceAll("'", "'\\''")}'` : `'${value}'`;
}
