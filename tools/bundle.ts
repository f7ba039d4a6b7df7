/**
 * Makes one file of orch and all it imports: `dist/orch.js`, which runs wherever Deno does, needs no
 * packages and starts sooner than the sources. What `deno task compile` and the container are made of.
 */

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * What bundles begin with so that old packages may call `require`. It loads a part of Deno at every
 * start, 35 ms of it, for packages that are seldom called; the second asks only when they are.
 */
const EAGER_REQUIRE =
  /import\s*\{\s*createRequire as (\w+)\s*\}\s*from\s*"node:module";([^]*?)\b\1\(import\.meta\.url\)/;
const LAZY_REQUIRE = "$2((id) => process.getBuiltinModule(id))";

/** Writes the bundle to `path`. Throws if it cannot be made, or would not start as it should. */
export async function bundle(path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--minify", "--output", path, "main.ts"],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.writeTextFile(path, withLazyRequire(await Deno.readTextFile(path)));
}

/** The text of a bundle that loads what its old packages require only when they do. */
export function withLazyRequire(text: string): string {
  const changed = text.replace(EAGER_REQUIRE, LAZY_REQUIRE);
  if (/\bcreateRequire\b/.test(changed)) throw new Error("a bundle of another shape than expected");
  return changed;
}

if (import.meta.main) {
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  await bundle(`${ROOT}dist/orch.js`);
}
