/** The library can be read about and published: all that is public is documented, and typed in full. */
import { assertEquals } from "../support/assert.ts";
import { ROOT } from "../support/cli.ts";

async function deno(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}

/** What a program can import, as `deno.json` says. */
const { exports }: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(
  Deno.readTextFileSync(`${ROOT}/deno.json`),
);

Deno.test("all that the library exports is documented, and all that it names is exported", async () => {
  const { ".": library, "./plugin": plugin } = exports;
  const { code, output } = await deno("doc", "--lint", library!, plugin!);
  assertEquals(code, 0, output);
});

Deno.test("the package can be published, as far as that shows without the registry", async () => {
  const { code, output } = await deno("publish", "--dry-run", "--allow-dirty");
  assertEquals(code, 0, output);
  const files = [...output.matchAll(/file:\/\/\S+/g)].map(([url]) =>
    url.slice(`file://${ROOT}/`.length)
  );
  assertEquals(files.filter((path) => /^(tests|examples|\.)/.test(path)), []);
  for (const path of Object.values(exports)) {
    assertEquals(files.includes(path.slice(2)), true, `${path} is not published`);
  }
});
