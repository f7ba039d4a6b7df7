/** The sentences about what is found in a state directory and not used. Each is safe to print. */
import { unreachable } from "../../core/base/bug.ts";
import type { StateFault } from "../../core/record/state_fault.ts";
import { grouped } from "../text/format.ts";
import { sanitizeLine } from "../text/sanitize.ts";

const MIB = 2 ** 20;

/** Why something at `path` is not used, and what to do about it. */
export function stateRefusedText(path: string, fault: StateFault): string {
  return sanitizeLine(words(`'${path}'`, fault));
}

function words(path: string, fault: StateFault): string {
  switch (fault.kind) {
    case "link":
      return `${path} is a link, and orch follows no links in its state folder: remove it, or pass the folder it leads to with --state-dir`;
    case "no_plain_file":
      return `${path} is not a regular file, so orch did not create it: remove it`;
    case "no_folder":
      return `${path} is not a folder, so orch did not create it: remove it, or choose another folder with --state-dir`;
    case "of_another":
      return `${path} belongs to another user (${fault.user}), who may have changed it: choose a folder of your own with --state-dir`;
    case "open_to_others":
      return `${path} can be changed by other users: if you trust its contents, remove their write permission (chmod -R go-w), or choose another folder with --state-dir`;
    case "too_long":
      return `${path} is longer than ${
        grouped(fault.mostBytes / MIB)
      } MiB, so it is not a file of orch: remove it`;
    case "foreign_database":
      return `${path} is a database of another program: move it away, and orch creates its own`;
    case "replaced":
      return `${path} was replaced while orch opened it: another program is changing this folder`;
    case "only_with_all_permissions":
      return `${path} is in a folder that Deno protects from programs without all permissions: choose another folder with --state-dir, or start orch with deno run --allow-all`;
    default:
      return unreachable(fault);
  }
}
