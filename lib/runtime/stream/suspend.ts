/**
 * What Ctrl-Z does in the end: orch stops itself, until somebody continues it. In the foreground of a
 * terminal all of its process group stops with it, as the key asks for: what has started orch may wait for it
 * with signals of its own, as `deno task` does, and the shell would wait for that for ever.
 */
import { isGranted } from "../port/permissions.ts";

/**
 * `$1` is to stop. In its line of /proc the group comes third after the name, and the group that the terminal
 * listens to sixth; where there is no such line, nothing is known of groups.
 */
const STOP_SCRIPT = `
stat= && read -r stat </proc/$1/stat && set -- "$1" \${stat##*) }
if [ -n "$7" ] && [ "$4" = "$7" ]; then kill -s STOP -- "-$4"; else kill -s STOP "$1"; fi
`;

/** Returns once orch goes on; at once where it has no way to stop itself. Throws the platform's error. */
export function stopItself(): void {
  const pid = String(Deno.pid);
  if (isGranted({ kind: "run", program: "sh" })) {
    return run("sh", ["-c", STOP_SCRIPT, "orch-suspend", pid]);
  }
  if (isGranted({ kind: "run", program: "kill" })) run("kill", ["-s", "STOP", pid]);
}

function run(program: string, args: string[]): void {
  new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).outputSync();
}
