/**
 * Makes programs of orch that need nothing installed: `deno task compile` one for this machine in
 * `dist/orch`, `deno task compile --target T…` or `--all` one for each platform in `dist/orch-T`. What
 * they may do is what the task `run` of deno.json grants, and cannot be widened by who starts them.
 */
import { bundle } from "./bundle.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** The platforms that Deno has a runtime for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** What is to be made. */
export interface Build {
  /** `null` for this machine. */
  readonly target: string | null;
  readonly output: string;
}

/** What the command line asks for, files in `folder`. Throws on anything else, with the next step. */
export function buildsAskedFor(args: readonly string[], folder: string): Build[] {
  if (args.length === 0) {
    return [{ target: null, output: `${folder}/orch${Deno.build.os === "windows" ? ".exe" : ""}` }];
  }
  const targets = args.length === 1 && args[0] === "--all" ? TARGETS : targetsOf(args);
  return targets.map((target) => ({
    target,
    output: `${folder}/orch-${target}${target.includes("windows") ? ".exe" : ""}`,
  }));
}

function targetsOf(args: readonly string[]): string[] {
  const words = args.flatMap((arg) => arg.split("="));
  const targets = words.filter((_, i) => i % 2 === 1);
  const isKnown = targets.every((target) => (TARGETS as readonly string[]).includes(target));
  const isSpelt = words.every((word, i) => i % 2 === 1 || word === "--target");
  if (!isKnown || !isSpelt || words.length % 2 === 1) {
    throw new Error(`expected nothing, --all, or --target with one of ${TARGETS.join(", ")}`);
  }
  return targets;
}

/** What of deno.json says how the program is started. */
export interface Configuration {
  readonly tasks: { readonly run: { readonly command: string } };
  readonly unstable?: readonly string[];
}

/** The flags that say what the program may do: those of the task `run`, and the features of Deno it uses. */
export function flagsOf({ tasks, unstable = [] }: Configuration): string[] {
  const granted = tasks.run.command.match(/--(?:no-prompt|(?:allow|deny)-\S+)/g) ?? [];
  return [...granted, ...unstable.map((feature) => `--unstable-${feature}`)];
}

/** The arguments of Deno that compile the bundle at `entry`. */
export function compileArgs(
  { target, output }: Build,
  { entry, flags }: { readonly entry: string; readonly flags: readonly string[] },
): string[] {
  const forTarget = target === null ? [] : ["--target", target];
  // The bundle holds all it needs: what deno.json names besides would only make it larger.
  return ["compile", "--quiet", "--no-config", ...flags, ...forTarget, "-o", output, entry];
}

/** Makes what the command line asks for, and says how large it became; the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const folder = `${ROOT}dist`;
  const builds = buildsAskedFor(args, folder);
  const flags = flagsOf(JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)));
  await Deno.mkdir(folder, { recursive: true });
  const entry = `${folder}/orch.js`;
  await bundle(entry);
  for (const build of builds) {
    const args = compileArgs(build, { entry, flags });
    const streams = { stdout: "inherit", stderr: "inherit" } as const;
    const { code } = await new Deno.Command(Deno.execPath(), { args, ...streams }).spawn().status;
    if (code !== 0) return code;
    const { size } = await Deno.stat(build.output);
    say(`${build.output.slice(ROOT.length)}  ${Math.round(size / 1e6)} MB`);
  }
  return 0;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
