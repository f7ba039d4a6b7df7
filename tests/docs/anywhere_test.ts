/**
 * The command that the documents tell people to type, in a folder that somebody else has made: no code of
 * that folder runs, and no registry that it names is asked. What is typed comes from the documents.
 */
import { assert, assertEquals, assertNotEquals } from "../support/assert.ts";
import { type Project, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { blocksOf, commandsOf } from "../support/docs.ts";
import { pageText, USER_PAGES } from "../support/pages.ts";
import { checkout } from "./document.ts";

const README = Deno.readTextFileSync(`${ROOT}/README.md`);
const DOCUMENTS = [...USER_PAGES, ".github/CONTRIBUTING.md", ".github/SECURITY.md"].map(pageText);

/** How the README makes `orch` a command, to be said in the folder of the README. */
const DEFINITION = commandsOf(
  blocksOf(README.slice(README.indexOf("Below, `orch` stands for"))).find(({ language }) =>
    language === "sh"
  )!,
).join("\n");

/** All command lines of the documents that begin with orch, one for each command. */
const TYPED = [
  ...new Map(
    DOCUMENTS.flatMap((text) => blocksOf(text)).filter(({ language }) => language === "sh")
      .flatMap((block) => block.text.split("\n"))
      .flatMap((line) => /(?<![\w/.-])orch (?:\w+)[^|"#)]*/.exec(line)?.[0].trim() ?? [])
      .map((line) => [line.split(" ")[1], line] as const),
  ).values(),
];

/** Where the checkout and the foreign folder are in a project. Both have what shells trip over. */
const CHECKOUT = "my 'own' $copy";
const FOREIGN = "cloned";

/** Programs that a folder may bring along to be found in the place of real ones. */
const PROGRAMS = [
  "deno",
  "npx",
  "npm",
  "node",
  "sh",
  "env",
  "readlink",
  "git",
  "orch",
  "id",
  "nice",
];

/** Fills the foreign folder with whatever might be run or read by Deno, npm, npx or a shell. */
function plant(project: Project, registry: string): void {
  const evil = `touch '${project.path("ran")}'`;
  const at = (name: string) => `${FOREIGN}/${name}`;
  const script = `#!/bin/sh\n${evil}\necho PWNED\n`;
  for (const program of PROGRAMS) {
    for (const folder of ["", "bin/", "node_modules/.bin/", ".bin/"]) {
      project.write(at(`${folder}${program}`), script, 0o755);
    }
  }
  const code = `Deno.writeTextFileSync(${JSON.stringify(project.path("ran"))}, "");\n`;
  const manifest = {
    name: "deno",
    version: "2.9.6",
    bin: { deno: "./deno", orch: "./deno" },
    main: "./evil.ts",
    exports: "./evil.ts",
  };
  for (const name of ["deno", "yaml", "zod", "@stricli/core", "deno-std"]) {
    project.write(at(`node_modules/${name}/package.json`), JSON.stringify(manifest));
    project.write(at(`node_modules/${name}/evil.ts`), code);
    project.write(at(`node_modules/${name}/deno`), script, 0o755);
  }
  for (const name of ["main.ts", "evil.ts", "lib/cli/mod.ts", "mod.ts"]) {
    project.write(at(name), code);
  }
  const imports = Object.fromEntries(
    ["@orch/orch", "@stricli/core", "yaml", "zod", "zod/mini", "@std/yaml/parse"].map((name) => [
      name,
      "./evil.ts",
    ]),
  );
  const configuration = JSON.stringify({
    imports,
    preload: ["./evil.ts"],
    require: ["./evil.ts"],
    nodeModulesDir: "manual",
    tasks: { orch: evil, run: evil, test: evil },
    workspace: ["./lib"],
  });
  for (const name of ["deno.json", "deno.jsonc"]) project.write(at(name), configuration);
  project.write(at("import_map.json"), JSON.stringify({ imports }));
  project.write(
    at("package.json"),
    JSON.stringify({
      name: "x",
      bin: { orch: "./deno", deno: "./deno" },
      scripts: { preinstall: evil, postinstall: evil, orch: evil, run: evil, npx: evil },
      dependencies: { "orch-evil": "1.0.0" },
    }),
  );
  project.write(
    at(".npmrc"),
    `registry=${registry}\n@stricli:registry=${registry}\nscript-shell=./sh\nnode-options=--require ./evil.ts\n`,
  );
  project.write(at(".env"), `DENO_DIR=./deno-dir\nNPM_CONFIG_REGISTRY=${registry}\nPATH=.\n`);
  project.write(at("deno.lock"), '{"version":"5","specifiers":{}}');
  project.write(at(".git/config"), `[core]\n\tfsmonitor = ${evil}\n\thooksPath = .\n`);
  project.write(at("demo.yaml"), workflow({ id: "a", command: "echo mine", tags: ["check"] }));
}

/** A registry on this machine that counts who asks it. */
function countingRegistry() {
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    asked++;
    return new Response("no such package", { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked: () => asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** As npx is: what the folder calls deno comes first. */
const NPX = `#!/bin/sh
case "$1 $2" in '--yes deno@'*) ;; *) exit 64;; esac
shift 2
[ -x node_modules/.bin/deno ] && exec node_modules/.bin/deno "$@"
exec '${Deno.execPath()}' "$@"
`;

/** The ways in which Deno may be on a machine. */
const MACHINES = ["Deno on PATH", "npx only", "an old Deno, and npx"] as const;

function pathOf(project: Project, machine: typeof MACHINES[number]): string {
  const bins = project.path("programs");
  const link = (name: string, target: string) => Deno.symlinkSync(target, `${bins}/${name}`);
  project.write("programs/npx", NPX, 0o755);
  for (const name of ["sh", "bash", "readlink", "cat", "touch", "env", "git", "id", "ps"]) {
    const found = ["/usr/local/bin", "/usr/bin", "/bin"].map((folder) => `${folder}/${name}`)
      .find((path) => isThere(path));
    if (found !== undefined) link(name, found);
  }
  if (machine === "Deno on PATH") link("deno", Deno.execPath());
  if (machine === "an old Deno, and npx") {
    project.write("programs/deno", "#!/bin/sh\necho 'deno 2.9.4 (stable)'\n", 0o755);
  }
  return machine === "Deno on PATH" ? `.:node_modules/.bin:${bins}` : bins;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test("the documents tell people to type the commands of orch by its name", () => {
  assert(TYPED.length > 10, TYPED.join("\n"));
  assertNotEquals(DEFINITION, "");
});

Deno.test("npx, and Deno by itself, stand in the documents only for use in the copy of orch", () => {
  const lines = DOCUMENTS.flatMap((text) => blocksOf(text))
    .filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"))
    .filter((line) => /\b(npx|deno)\b/.test(line));
  assertEquals(lines.filter((line) => /--config|--prefix|\balias\b|\bexport\b/.test(line)), []);
});

for (const machine of MACHINES) {
  testNeeding(
    ["bash"],
    `what is typed runs no code of the folder one stands in: ${machine}`,
    async () => {
      await using registry = countingRegistry();
      await using project = checkout(CHECKOUT);
      plant(project, registry.url);
      const PATH = pathOf(project, machine);
      const inFolder = (folder: string, text: string, env = {}) =>
        project.shell(`unset -f orch; cd '${folder.replaceAll("'", "'\\''")}' && ${text}`, {
          env: {
            PATH,
            HOME: project.path("home"),
            DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
            ...env,
          },
        }).finished;
      const typed = (text: string, env = {}) =>
        inFolder(CHECKOUT, `${DEFINITION}\ncd ../${FOREIGN}; ${text}`, env);

      const valid = await typed("orch validate demo.yaml");
      assertEquals(valid, { code: 0, stdout: "demo.yaml: valid, 1 job\n", stderr: "" });
      for (const line of machine === "Deno on PATH" ? TYPED : TYPED.slice(0, 2)) {
        await typed(`${line} </dev/null`);
        assertEquals(project.exists("ran"), false, line);
      }
      const completed = await typed(
        `bash -c 'eval "$(orch completions bash)"; COMP_WORDS=(orch run demo.yaml --only ""); COMP_CWORD=4; _orch; echo "\${COMPREPLY[@]}"'`,
      );
      assertEquals(completed.stdout, "a\n", completed.stderr);
      // With nothing in store packages are asked for: of the user's registry, not of that of the folder.
      await using own = countingRegistry();
      await typed("orch validate demo.yaml", {
        DENO_DIR: project.path("empty"),
        NPM_CONFIG_REGISTRY: own.url,
      });
      assert(own.asked() > 0);
      assertEquals([registry.asked(), project.exists("ran")], [0, false]);
    },
  );
}

testNeeding(
  ["bash"],
  "what stands in this test would be found: npx by itself runs it",
  async () => {
    await using registry = countingRegistry();
    await using project = checkout(CHECKOUT);
    plant(project, registry.url);
    const PATH = pathOf(project, "npx only");
    await project.shell(`cd ${FOREIGN} && npx --yes deno@2.9.6 --version`, { env: { PATH } })
      .finished;
    assertEquals(project.exists("ran"), true);
  },
);
