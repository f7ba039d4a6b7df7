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
      return `${path} is a link, and orch follows none among what it keeps: remove it, or name the place it leads to with --state-dir`;
    case "no_plain_file":
      return `${path} is not a plain file: orch did not put it there; remove it`;
    case "no_folder":
      return `${path} is not a folder: orch did not put it there; remove it, or name another place with --state-dir`;
    case "of_another":
      return `${path} belongs to another user (${fault.user}), who could have put anything there: name a place of yours with --state-dir`;
    case "open_to_others":
      return `${path} can be changed by other users: if nobody else was at it, take that right from them (chmod -R go-w), or name another place with --state-dir`;
    case "too_long":
      return `${path} is longer than ${
        grouped(fault.mostBytes / MIB)
      } MiB: no file of orch is; remove it`;
    case "foreign_database":
      return `${path} is a database of another program: it is left as it is; move it away, and orch makes its own`;
    case "replaced":
      return `${path} was replaced while it was opened: somebody else is at work there`;
    case "only_with_all_permissions":
      return `${path} is in a place that Deno keeps from programs which may not do everything: name another place with --state-dir, or start orch with deno run --allow-all`;
    default:
      return unreachable(fault);
  }
}
