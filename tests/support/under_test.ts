/**
 * Which orch the tests start as a program: the sources, or what ORCH_UNDER_TEST names, a bundle
 * (`dist/orch.js`) or a compiled program (`dist/orch`). Then it runs as a program in every test of a
 * project, where it is else started within the process of the tests.
 */

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

const named = Deno.env.get("ORCH_UNDER_TEST") ?? "";

/** Whether something else than the sources is tested. */
export const IS_SHIPPED = named !== "";

/** Whether the program brings its own Deno, with permissions that nobody can change. */
export const IS_COMPILED = IS_SHIPPED && !named.endsWith(".js");

/** What `deno run` and permissions are told to be orch with those: a compiled program has its own. */
export const ENTRY = IS_SHIPPED && !IS_COMPILED ? Deno.realPathSync(named) : `${ROOT}/main.ts`;

/** The words that start orch with all permissions; a compiled program has those it has. */
export const ORCH: readonly string[] = IS_COMPILED
  ? [Deno.realPathSync(named)]
  : [Deno.execPath(), "run", "--allow-all", ENTRY];

/** The same for a shell, each word quoted. */
export const ORCH_QUOTED = ORCH.map((word) => `'${word}'`).join(" ");

/** A test of what only all permissions allow; a compiled program, which has those of the tasks, is let off. */
export function testWithAll(name: string, fn: () => Promise<void>): void {
  const why = IS_COMPILED ? " (skipped: no permission beyond those of the tasks)" : "";
  Deno.test({ name: name + why, ignore: IS_COMPILED, fn });
}
