/**
 * ORCH_COOKIE tells which attempt a process belongs to: `<word of one life>-<run>.<job>.<attempt>`. Where a
 * job is itself an orch, the cookie of that job follows those of the inner run, behind a colon, and so on
 * outwards: each run finds all that was started in it, however deep, and whoever in between is dead.
 */

/** The variable. */
export const COOKIE = "ORCH_COOKIE";

/** What an orch writes there. Anything else is somebody's mistake, and handed on to nobody. */
const COOKIES = /^[\w.-]+(:[\w.-]+)*$/;

/** What follows the cookies of all processes of an orch that has this value of the variable itself. */
export function outerCookies(value: string | undefined): string {
  return value !== undefined && COOKIES.test(value) ? `:${value}` : "";
}

/** The single cookies in a value of the variable, the innermost first. */
export function cookiesIn(value: string): string[] {
  return value.split(":");
}

/**
 * An expression for `grep` that finds the variable in an environment where one of its cookies begins with
 * `start`: letters, digits, `-` and dots, of which grep reads none amiss.
 */
export function cookiePattern(start: string): string {
  return `^${COOKIE}=\\([^ ]*:\\)\\{0,1\\}${start}`;
}
