/**
 * Two signs by which the processes of a run are known, whatever they do to hide.
 *
 * ORCH_COOKIE tells which attempt a process belongs to: `<word of one life>-<run>.<job>.<attempt>`. Where a
 * job is itself an orch, the cookie of that job follows those of the inner run, behind a colon, and so on
 * outwards: each run finds all that was started in it, however deep, and whoever in between is dead.
 *
 * The mark is a number of 18 digits, set as the limit of file locks (RLIMIT_LOCKS), which Linux has not
 * enforced since 2.4, but still hands on to every child and shows to everybody: also where the environment
 * was emptied, or may not be read, as that of ssh-agent. Where a job is itself an orch, its jobs have its
 * mark as the soft limit and that of the outer run as the hard one: an outer mark is greater.
 */
import { crc32 } from "../../core/base/crc32.ts";

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

/** What follows the name of a life where an attempt may leave something behind. */
const LEAVES = "_";

/** The cookie of an attempt of this life. */
export function cookieOf(life: string, attemptName: string, leaves: boolean): string {
  return `${life}${leaves ? LEAVES : ""}.${attemptName}`;
}

/** What a single cookie says. */
export interface CookieFacts {
  readonly life: string;
  readonly attemptName: string;
  /** Whether the attempt may leave something behind. */
  readonly leaves: boolean;
}

/** Reads a single cookie. */
export function readCookie(cookie: string): CookieFacts {
  const dot = cookie.indexOf(".");
  const life = dot < 0 ? cookie : cookie.slice(0, dot);
  const attemptName = cookie.slice(life.length + 1);
  const leaves = life.endsWith(LEAVES);
  return { life: leaves ? life.slice(0, -LEAVES.length) : life, attemptName, leaves };
}

/** How `/proc/<pid>/limits` calls the limit, after the word `Max`. */
export const MARK_RLIMIT = "file locks";

/** An expression for the end of the mark of what is to be ended with its run, and of nothing else. */
export const ORDINARY_SERIAL = "[0-8][0-9]{5}";
const SERIALS = 900_000;
/** What an attempt may leave is found by a number from here on. */
const FIRST_LEAVING = 900_000;
const LEAVING_SERIALS = 100_000;

/** The first digits of the marks of a run: the one of its depth is 9, or less within a job. */
export function runDigits(runId: string): string {
  return String(crc32(new TextEncoder().encode(runId)) % 1e8).padStart(8, "0");
}

/** What the marks of all processes of one life begin with. */
export function lifeMark(life: string, outerCookies: string): string {
  const dash = life.indexOf("-");
  const depth = outerCookies.split(":").length - 1;
  const word = crc32(new TextEncoder().encode(life.slice(0, Math.max(0, dash)))) % 1000;
  return `${9 - Math.min(depth, 8)}${runDigits(life.slice(dash + 1))}${
    String(word).padStart(3, "0")
  }`;
}

/** What follows for an attempt: counted, and begun anew after very many. 0 is a slot that is idle. */
export function serialOf(count: number, leaves: boolean): string {
  return leaves
    ? String(FIRST_LEAVING + count % LEAVING_SERIALS)
    : String(count % SERIALS).padStart(6, "0");
}
