/**
 * The `yaml` package, loaded when it is needed. Its build for Node asks variables of the environment, at
 * each word it reads, how much it is to tell about itself. Deno might refuse that, or ask the user, and it
 * takes a fifth of the time: so it reads with an environment that is empty.
 */

/** The package. What it reads with goes into `undisturbed`. */
export async function loadYaml(): Promise<typeof import("yaml")> {
  await loadProcess();
  return await import("yaml");
}

type Process = { env: Record<string, string | undefined> };

/** What the package asks; `null` until it is loaded. */
let asked: Process | null = null;

async function loadProcess(): Promise<void> {
  if (asked !== null) return;
  const { default: process } = await import("node:process");
  asked = process;
}

/**
 * What `read` returns, which reads with the loaded package and waits for nothing. The environment is
 * empty meanwhile only: a program that uses the library has its own before and after.
 */
export function undisturbed<T>(read: () => T): T {
  if (asked === null) return read();
  const own = asked.env;
  asked.env = {};
  try {
    return read();
  } finally {
    asked.env = own;
  }
}
