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
      return say(
        `'${detail.key}' does not fit the job type '${detail.type}': ${firstLine(detail.cause)}`,
      );
    default:
      return unreachable(detail);
  }
}

/** What was left out of the check of a file whose plugins were not loaded. */
export function pluginsNotAskedText(file: string): string {
  return `note: ${
    sanitizeLine(file)
  }: plugins were not loaded, so the keys of their jobs are unchecked; to check them: orch validate --plugins ${
    shellWord(file)
  }`;
}

function typeMessage(detail: Extract<PluginDetail, { code: "E211" }>): DiagnosticMessage {
  const type = quoted(detail.type);
  switch (detail.problem) {
    case "name":
      return say(
        `Job type ${type} is not a valid name`,
        "",
        "a type is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'",
      );
    case "built_in":
      return say(`Job type ${type} is built into orch`, "", "give the plugin another type");
    case "twice":
      return say(
        `Job type ${type} is defined twice`,
        "again here",
        "give each plugin its own type",
      );
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
        "paths are relative to the folder of the workflow file, or to -C",
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
          ? "a module is loaded without permissions: do that in 'run', where the listed ones apply"
          : null,
      );
    case "slow":
      return say(
        `Module ${path} of plugin ${type} did not load within ${cause}`,
        "",
        "move slow work into 'run'",
      );
    case "import":
      return say(
        `Plugin ${type} imports ${quoted(cause)}, which it may not read`,
        "",
        "list it under permissions.read; otherwise a plugin may import only packages and code in its own folder",
      );
    case "unreadable":
      return say(
        `Module ${path} of plugin ${type} cannot be read: ${cause}`,
        "",
        "orch reads the imports of a plugin before it runs: use current JavaScript or TypeScript syntax",
      );
    case "link":
      return say(
        `Module ${path} of plugin ${type} is a link to ${quoted(cause)}, outside of its folder`,
        "",
        "use the path of the file itself, or list it under permissions.read",
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
