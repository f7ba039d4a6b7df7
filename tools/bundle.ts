/**
 * Makes one file of orch and all it imports: `dist/orch.js`, which runs wherever Deno does, needs no
 * packages and starts sooner than the sources. What `deno task compile` and the container are made of.
 *
 * Deno's own minifier is not used: it takes a `using` whose variable is read once for a variable that
 * is not needed, and then nothing is released. `tools/minify/` only takes out comments and blanks.
 */

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * What bundles begin with so that old packages may call `require`. It loads a part of Deno at every
 * start, 35 ms of it, for packages that are seldom called; the second asks only when they are.
 */
const EAGER_REQUIRE =
  /import\s*\{\s*createRequire as (\w+)\s*\}\s*from\s*"node:module";([^]*?)\b\1\(import\.meta\.url\)/;
const LAZY_REQUIRE = "$2((id) => process.getBuiltinModule(id))";

/** Writes the bundle to `path`. Throws if it cannot be made, or would not do what the sources do. */
export async function bundle(path: string): Promise<void> {
  const whole = await runDeno(["bundle", "--quiet", "--platform=deno", "main.ts"], "");
  const config = ["--no-prompt", "--config", "tools/minify/deno.json"];
  const permissions = ["--allow-read", "--allow-env", "--allow-run"];
  const minify = ["run", "--quiet", ...config, ...permissions, "tools/minify/minify.ts"];
  const small = await runDeno(minify, whole);
  demandSameUsing(whole, small);
  await Deno.writeTextFile(path, withLazyRequire(small));
}

/** The text of a bundle that loads what its old packages require only when they do. */
export function withLazyRequire(text: string): string {
  const changed = text.replace(EAGER_REQUIRE, LAZY_REQUIRE);
  if (/\bcreateRequire\b/.test(changed)) throw new Error("a bundle of another shape than expected");
  return changed;
}

/** How many declarations of `using` stand in a text, comments and strings aside as far as they say `using x =`. */
export function countUsing(text: string): number {
  return text.match(/\busing\s+[\w$]+\s*=/g)?.length ?? 0;
}

/** Throws where the small form of a text has lost what releases locks and files. */
export function demandSameUsing(whole: string, small: string): void {
  const [before, after] = [countUsing(whole), countUsing(small)];
  if (before !== after) throw new Error(`of ${before} "using" in the bundle ${after} are left`);
}

async function runDeno(args: readonly string[], input: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = new Response(input).body!.pipeTo(child.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), fed]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  await bundle(`${ROOT}dist/orch.js`);
}
