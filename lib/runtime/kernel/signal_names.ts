/** The names of signals by number: shells tell numbers. */

const LINUX =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";
const DARWIN =
  "HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO XCPU XFSZ VTALRM PROF WINCH INFO USR1 USR2";

/** `SIGTERM` for 15, with the numbers of this system; `SIG34` for one that has no name. */
export function signalName(number: number): string {
  const names = (Deno.build.os === "darwin" ? DARWIN : LINUX).split(" ");
  return `SIG${names[number - 1] ?? number}`;
}
