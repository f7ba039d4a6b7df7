/**
 * The `yaml` package, loaded when it is needed. Its build for Node asks two variables of the
 * environment how much it is to tell about itself: where Deno would refuse that, or ask the user, the
 * package is given an environment that is empty.
 */
import { isGranted } from "./permissions.ts";

const ASKED = ["LOG_STREAM", "LOG_TOKENS"];

/** The package. */
export async function loadYaml(): Promise<typeof import("yaml")> {
  if (!ASKED.every((name) => isGranted({ kind: "env", name }))) {
    const { default: process } = await import("node:process");
    process.env = {};
  }
  return await import("yaml");
}
