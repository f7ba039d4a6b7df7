/**
 * What GitHub's runner does with the lines of a step, after its sources (ActionCommandManager and
 * ActionCommand of actions/runner): which commands it carries out. Where it is not known how its platform
 * compares text, this takes the reading that finds more.
 */

const UNSEEN = String.raw`[\s\u0085\p{Cc}\p{Cf}\p{Mn}]*`;
const UNSEEN_BUT_SPACE = String.raw`(?:(?!\s)[\p{Cc}\p{Cf}\p{Mn}])*`;
const NEW_COMMAND = new RegExp(`^${UNSEEN}:${UNSEEN_BUT_SPACE}:(\\S+?)(?: [^]*?)?::`, "u");
const OLD_COMMAND = /##\[([\w-]+)[^\]]*\]/;

/** The commands that the runner carries out, by name. */
export function runnerCommands(text: string): string[] {
  const found: string[] = [];
  let stopped: string | null = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const name = (NEW_COMMAND.exec(line) ?? OLD_COMMAND.exec(line))?.[1];
    if (name === undefined) continue;
    if (stopped !== null) {
      if (name === stopped) stopped = null;
    } else if (name === "stop-commands") {
      stopped = line.slice(line.lastIndexOf("::") + 2);
    } else found.push(name);
  }
  return found;
}
