/** `orch explain CODE…`: what a diagnostic means, with a wrong example and the right one. */
import type { World } from "../../../runtime/port/world.ts";
import {
  explanationsText,
  explanationText,
  findCode,
  noCodeText,
} from "../../../view/problem/explain_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { styleFor, UsageError } from "../../base/output.ts";

/** Prints the explanations of these codes, or the list of all where none is named. */
export function explain(typed: readonly string[], world: World): number {
  const style = styleFor(world.stdout, world);
  const codes = typed.map((one) => {
    const code = findCode(one);
    if (code === null) throw new UsageError(noCodeText(one));
    return code;
  });
  const text = codes.length === 0
    ? explanationsText(style)
    : codes.map((code) => explanationText(code, style)).join("\n");
  world.stdout.write(text);
  return EXIT.ok;
}
