/** The bundle of orch, made once for all tests of a file, in a folder of its own. */
import { bundle } from "../../tools/bundle.ts";
import { flagsOf } from "../../tools/compile.ts";
import { ROOT } from "../support/cli.ts";

/** The flags that users start orch with: what the task `run` grants. */
export const GRANTED: readonly string[] = flagsOf(
  JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)),
);

/** A bundle in a temporary folder; leaving the scope (`await using`) removes it. */
export async function newBundle(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "orch-bundle-" });
  const path = `${folder}/orch.js`;
  await bundle(path);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** What a program printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProgram(
  [program, ...args]: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program!, { args, ...options }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
