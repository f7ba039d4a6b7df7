/** The sentences for mistakes with plugins, E211 to E213, and for what was not asked of them. */
import type { DiagnosticDetail } from "../../core/workflow/diagnostic.ts";
import { unreachable } from "../../core/base/bug.ts";
import { shellWord } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { type DiagnosticMessage, quoted, say } from "../text/phrases.ts";

/** The mistakes with plugins. */
export type PluginDetail = Extract<DiagnosticDetail, { code: "E211" | "E212" | "E213" }>;

/** Causes are other people's texts; more of one does not help. */
const CAUSE_LENGTH_MAX = 300;

/** Says what is wrong with a plugin, or with what a job gives to it. */
export function pluginMessage(detail: PluginDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E211":
      return typeMessage(detail);
    case "E212":
      return moduleMessage(detail);
    case "E213":
      return say(`'${detail.key}' is not what '${detail.type}' takes: ${firstLine(detail.cause)}`);
    default:
      return unreachable(detail);
  }
}

/** What was left out of the check of a file whose plugins were not loaded. */
export function pluginsNotAskedText(file: string): string {
  const command = `orch validate --plugins ${shellWord(file)}`;
  return `note: ${
    sanitizeLine(file)
  }: no plugin was loaded to check the keys of its jobs; '${command}' does that`;
}

function typeMessage(detail: Extract<PluginDetail, { code: "E211" }>): DiagnosticMessage {
  const type = quoted(detail.type);
  switch (detail.problem) {
    case "name":
      return say(
        `Job type ${type} holds what a type must not`,
        "",
        "a type is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, a digit or '_'",
      );
    case "built_in":
      return say(`Job type ${type} is one of orch itself`, "", "give the plugin another type");
    case "twice":
      return say(`Job type ${type} stands twice`, "again here", "give each plugin its own type");
    default:
      return unreachable(detail.problem);
  }
}

function moduleMessage(detail: Extract<PluginDetail, { code: "E212" }>): DiagnosticMessage {
  const [type, path] = [quoted(detail.type), quoted(detail.path)];
  const cause = firstLine(detail.cause);
  switch (detail.problem) {
    case "missing":
      return say(
        `Plugin ${type} needs the module ${path}, which does not exist`,
        "",
        "paths start from the folder of the workflow file, or from -C",
      );
    case "no_executor":
      return say(
        `Module ${path} of plugin ${type} exports no executor`,
        "",
        "export default defineExecutor({ run(keys, context) { … } })",
      );
    case "broken":
      return say(
        `Module ${path} of plugin ${type} cannot be loaded: ${cause}`,
        "",
        /^NotCapable/.test(cause)
          ? "it is loaded without permissions: do that in 'run', where it has those listed"
          : null,
      );
    case "slow":
      return say(
        `Module ${path} of plugin ${type} is not loaded after ${cause}`,
        "",
        "do in 'run' what takes time",
      );
    case "import":
      return say(
        `Plugin ${type} imports ${quoted(cause)}, which it may not read`,
        "",
        "list it under permissions.read; unlisted, a plugin imports packages and the code beside it",
      );
    case "unreadable":
      return say(
        `Module ${path} of plugin ${type} cannot be read: ${cause}`,
        "",
        "what it imports is judged before it runs: write it in the JavaScript or TypeScript of today",
      );
    case "link":
      return say(
        `Module ${path} of plugin ${type} is a link to ${quoted(cause)}, outside of its folder`,
        "",
        "name the file itself as its path, or list it under permissions.read",
      );
    case "asks":
      return say(
        `Plugin ${type} could make Deno ask you for permissions while it runs`,
        "",
        "start orch with 'deno run --no-prompt'",
      );
    default:
      return unreachable(detail.problem);
  }
}

function firstLine(cause: string): string {
  const line = cause.split("\n", 1)[0]!.trim().replace(/\.$/, "");
  return line.length > CAUSE_LENGTH_MAX ? `${line.slice(0, CAUSE_LENGTH_MAX)}…` : line;
}
