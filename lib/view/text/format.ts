/** Numbers as people read them. */

/** A duration: `0.21s`, `4.1s`, `1:12`, `2:03:10`. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 995) return `${(ms / 1000).toFixed(2)}s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A duration in whole seconds, for what is drawn again and again: `0:18`, `1:02:10`. */
export function tickingText(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** A time still to come, in seconds that have begun: `4s`, `1:10`. */
export function countdownText(milliseconds: number): string {
  const seconds = Math.ceil(Math.max(0, milliseconds) / 1000);
  return seconds < 60 ? `${seconds}s` : tickingText(seconds * 1000);
}

/** A size of memory in at most four characters: `950K`, `410M`, `1.2G`. */
export function memoryText(bytes: number): string {
  const units = ["K", "M", "G", "T"];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 999.5 && unit < units.length - 1; unit++) size /= 1024;
  return `${size < 9.95 && unit > 1 ? size.toFixed(1) : size.toFixed(0)}${units[unit]}`;
}

/** A limit in seconds, with no more digits than it has: `300`, `0.5`. */
export function secondsText(milliseconds: number): string {
  return String(Number((milliseconds / 1000).toFixed(3)));
}

/** `1 job`, `12 jobs`, `1,200 jobs`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b and 12 more`: texts, of which no more than `most` are named. */
export function listed(texts: readonly string[], most: number): string {
  const more = texts.length - most;
  return texts.slice(0, most).join(", ") + (more > 0 ? ` and ${grouped(more)} more` : "");
}

/** A whole number with its thousands set apart. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The time of day, `10:31:02`, `offsetMinutes` east of Greenwich. */
export function clockText(at: number, offsetMinutes: number): string {
  return new Date(at + offsetMinutes * 60_000).toISOString().slice(11, 19);
}

/** A size in bytes: `312 bytes`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return counted(bytes, "byte");
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1023.95 && unit < units.length - 1; unit++) size /= 1024;
  return `${size.toFixed(1)} ${units[unit]}`;
}
