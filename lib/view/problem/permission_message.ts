/** The sentences about what Deno does not let orch do. */
import type { DiagnosticDetail } from "../../core/workflow/diagnostic.ts";
import { unreachable } from "../../core/base/bug.ts";
import { flagsFor, objectOf, type Permission, withoutInner } from "../../core/base/permission.ts";
import { counted } from "../text/format.ts";
import { shellWord } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { type DiagnosticMessage, quoted, say } from "../text/phrases.ts";

type PermissionDetail = Extract<DiagnosticDetail, { code: "E311" }>;

/** Says what is needed, by whom, and with which flag it is granted. */
export function permissionMessage(detail: PermissionDetail): DiagnosticMessage {
  const flag = flagText(flagsFor([detail.permission]));
  const others = detail.jobIds.length - 1;
  return say(
    titleOf(detail),
    others > 0 ? `and ${counted(others, "more job")}` : "",
    `add ${flag}${alternative(detail)}`,
  );
}

function alternative({ use }: PermissionDetail): string {
  if (use === "shell") return ", or write it as one program with plain arguments";
  return use === "file" ? "; then orch permissions shows what else a run needs" : "";
}

/** The flags that grant all that is missing, in one line; `null` where one message has said it. */
export function missingFlagsText(details: readonly DiagnosticDetail[]): string | null {
  const missing = details.flatMap((detail) => detail.code === "E311" ? [detail.permission] : []);
  if (missing.length < 2) return null;
  return sanitizeLine(`To allow all of it, add ${flagText(flagsFor(withoutInner(missing)))}`);
}

function flagText(flags: readonly string[]): string {
  return flags.map(shellWord).join(" ");
}

const PLUGIN_VERBS: Readonly<Record<Permission["kind"], string>> = {
  net: "reach",
  read: "read",
  write: "write to",
  env: "read the variable",
  run: "start",
  sys: "ask the system for",
};

function titleOf({ permission, use, jobIds }: PermissionDetail): string {
  const object = quoted(objectOf(permission) ?? "");
  const [jobId] = jobIds;
  const subject = jobId === undefined ? "The workflow" : `Job '${jobId}'`;
  switch (use) {
    case "shell":
      return `${subject} needs a shell, which orch may not run here`;
    case "limits":
      return `${subject} has limits, and orch needs a shell to enforce them`;
    case "processes":
      return `${subject} has its own processes, and for that orch needs ${object}`;
    case "program":
      return `${subject} runs ${object}, which orch may not start`;
    case "branch":
      return permission.kind === "run"
        ? `${subject} depends on the branch, and orch may not ask ${object} for it`
        : `${subject} depends on the branch, and orch may not read ${object}, which may name it`;
    case "request":
      return `${subject} sends a request to ${object}, which orch may not reach`;
    case "variable":
      return `${subject} uses the variable ${object}, which orch may not read`;
    case "folder":
      return `${subject} works in ${object}, which orch may not read`;
    case "script":
      return `${subject} runs the script ${object}, which orch may not read`;
    case "memory":
      return `${subject} reserves memory, and orch may not ask the system how much there is`;
    case "file":
      return `Deno does not let orch read the workflow file ${object}`;
    case "state":
      return `Runs are kept in ${object}, which orch may not ${permission.kind}`;
    case "output":
      return `The results go into ${object}, which orch may not ${permission.kind}`;
    case "module":
      return `${subject} needs a plugin, and orch may not read its folder ${object}`;
    case "plugin": {
      const what = objectOf(permission) === null ? "anything" : object;
      return `${subject} needs a plugin that may ${
        PLUGIN_VERBS[permission.kind]
      } ${what}, which orch itself may not`;
    }
    default:
      return unreachable(use);
  }
}
