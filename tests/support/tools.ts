/**
 * The programs of `tests/tools/`, which judge our files by packages that orch itself does not need.
 * They have a configuration and a lock file of their own: what stands in those of the repository is
 * downloaded by everyone who starts orch.
 */
import { ROOT } from "./cli.ts";

const FOLDER = `${ROOT}/tests/tools`;

/** What GitHub's parser finds wrong with each file; an empty list for one that is right. */
export async function problemsOfGitHubFiles(
  paths: readonly string[],
): Promise<Record<string, string[]>> {
  return JSON.parse(await runTool("github_files", paths, "")) as Record<string, string[]>;
}

/** For each document what is wrong with it by this JSON Schema, or `null`. */
export async function problemsBySchema(
  schema: unknown,
  documents: readonly unknown[],
): Promise<(string | null)[]> {
  const input = JSON.stringify({ schema, documents });
  return JSON.parse(await runTool("json_schema", [], input)) as (string | null)[];
}

/** A manifest of Kubernetes, and the module of `kubernetes-types` that says what it may hold. */
export interface Manifest {
  readonly module: string;
  readonly type: string;
  readonly data: unknown;
}

/** What the type checker says of manifests by Kubernetes' own types: keys that do not exist, values of other kinds. */
export async function problemsOfManifests(manifests: readonly Manifest[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "orch-tool-" });
  try {
    const lines = manifests.flatMap(({ module, type, data }, i) => [
      `import type { ${type} as T${i} } from "kubernetes-types/${module}.d.ts";`,
      `export const manifest${i}: T${i} = ${JSON.stringify(data, null, 1)};`,
    ]);
    await Deno.writeTextFile(`${folder}/manifests.ts`, lines.join("\n"));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", `${FOLDER}/deno.json`, `${folder}/manifests.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Bundled first: GitHub's package imports JSON in a way that only bundlers take. */
async function runTool(name: string, args: readonly string[], input: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "orch-tool-" });
  try {
    const bundle = `${folder}/${name}.js`;
    const options = ["--quiet", "--platform=deno", "--config", `${FOLDER}/deno.json`];
    await runDeno(["bundle", ...options, "-o", bundle, `${FOLDER}/${name}.ts`], "");
    return await runDeno(
      ["run", "--no-config", "--allow-read", "--allow-env", bundle, ...args],
      input,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runDeno(args: readonly string[], input: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), fed]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
