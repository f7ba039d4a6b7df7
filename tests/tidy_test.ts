/** Our rules, as tests. Each failure says what to do about it. */
import { jobKinds } from "../executors/mod.ts";
import { VERSION } from "../lib/cli/base/version.ts";
import { assert, assertEquals } from "./support/assert.ts";
import { functionsIn, isTable, type SourceFile, sourceFiles } from "./support/source_files.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const FILE_LENGTH_MAX = 400;
const FUNCTION_LENGTH_MAX = 60;
/** Files of one folder: more are hard to take in at a glance. */
const FILES_MAX = 18;

/** What each layer may import, beside itself. A folder not named here imports nothing of ours. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "lib/types": [],
  "lib/core": ["lib/types"],
  "lib/view": ["lib/core"],
  "lib/runtime": ["lib/core", "lib/types"],
  "lib/plugin.ts": [],
  "executors": ["lib/core", "lib/runtime", "lib/plugin.ts"],
  "lib/engine": ["lib/core", "lib/view", "lib/runtime", "executors"],
  "lib/cli": ["lib/core", "lib/view", "lib/runtime", "lib/engine", "lib/types", "executors"],
  "tools": ["lib/cli", "lib/view"],
  "": ["lib/cli", "lib/runtime"],
};

/**
 * The rooms of each layer, and what each may import of its own layer. A folder within a room belongs to it; a file that
 * stands in the layer itself, such as `lib/cli/mod.ts`, may import all its rooms.
 */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "lib/core": {
    base: [],
    workflow: ["base"],
    plan: ["base", "workflow"],
    run: ["base", "workflow", "plan"],
    record: ["base", "workflow", "plan", "run"],
    explain: ["base", "workflow", "plan", "run"],
  },
  "lib/view": {
    text: [],
    run: ["text"],
    problem: ["text", "run"],
    live: ["text", "run"],
    report: ["text", "run"],
    plan: ["text"],
    past: ["text", "run", "problem", "report"],
    command_line: ["text"],
  },
  "lib/runtime": {
    port: [],
    kernel: ["port"],
    state: ["port"],
    reaper: ["port", "kernel", "state"],
    process: ["port", "kernel", "reaper"],
    store: ["port", "state"],
    history: ["port", "state", "store"],
    load: ["port"],
    run: ["port", "state"],
    stream: ["port"],
    http: ["port"],
  },
  "executors": {
    base: [],
    process: ["base"],
    http: ["base"],
    plugin: ["base"],
    preflight: ["base", "process", "http", "plugin", ""],
  },
  "lib/cli": {
    base: [],
    run_view: ["base"],
    past: ["base"],
    run: ["base", "run_view", "past"],
    command: ["base", "run_view", "past", "run"],
  },
};

/** What may not stand in a layer, and what to use instead. */
const BANS: readonly { readonly in: RegExp; readonly ban: RegExp; readonly instead: string }[] = [
  {
    in: /^lib\/(core|view)\//,
    ban:
      /\bDeno\.|\bDate\.now\b|new Date\(\)|Math\.random|\bsetTimeout\b|\bperformance\.|\bfetch\(/,
    instead: "pure code gets time, chance and files as arguments",
  },
  {
    in: /^lib\/(core|view)\//,
    ban: /\basync\b|\bawait\b|\bPromise\b/,
    instead: "pure code does not wait",
  },
  {
    // The workers of plugins are made of Deno's own parts, and shut most of them off.
    in: /^(lib\/(cli|engine)|executors(?!\/plugin))\//,
    ban: /\bDeno\./,
    instead: "use the World that is given, or a function of lib/runtime",
  },
  {
    in: /^(lib|executors)\//,
    ban: /\bDeno\.exit\b/,
    instead: "return an exit code: only main.ts exits",
  },
  {
    in: /^(lib|executors|main)/,
    ban: /\.constructor\b|\bnew\.target\b/,
    instead:
      "what a class is called in the sources it may not be in a bundle: give it a name of its own",
  },
  { in: /^(lib|executors|main)/, ban: /\bconsole\./, instead: "write to a stream of the World" },
  { in: /./, ban: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "do it, or open an issue" },
  { in: /./, ban: /@ts-ignore|@ts-expect-error|\bas any\b/, instead: "find the type" },
  {
    in: /^tests\//,
    ban: /Deno\.test\.only|\bonly: true/,
    instead: "run one test by its name: deno test --filter",
  },
];

const FILES = sourceFiles().filter(({ path }) => path !== "tests/tidy_test.ts");

function report(problems: readonly string[]): void {
  assertEquals([...problems], [], problems.join("\n"));
}

function layerOf(path: string): string {
  const layers = Object.keys(LAYERS).filter((layer) =>
    layer !== "" && (path === layer || path.startsWith(`${layer}/`))
  );
  return layers[0] ?? "";
}

/** Paths, from the root, of what a file imports of ours. */
function importsOf({ path, text }: SourceFile): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map(([, target]) => new URL(target!, `file:///${path}`).pathname.slice(1));
}

Deno.test("layers: a file imports only from the layers below its own", () => {
  const problems: string[] = [];
  for (const file of FILES) {
    if (file.path.startsWith("tests/") || file.path === "lib/mod.ts") continue;
    const own = layerOf(file.path);
    for (const target of importsOf(file)) {
      const layer = layerOf(target);
      if (layer === own || LAYERS[own]!.includes(layer)) continue;
      problems.push(
        `${file.path} imports ${target}: ${own || "main.ts"} may import ${LAYERS[own]!.join(", ")}`,
      );
    }
  }
  report(problems);
});

/** The room of a file in its layer; "" where it stands in the layer itself. */
function roomOf(path: string, layer: string): string {
  const rest = path.slice(layer.length + 1).split("/");
  return rest.length > 1 ? rest[0]! : "";
}

Deno.test("rooms: a file imports of its own layer only from the rooms below its own", () => {
  const problems: string[] = [];
  for (const file of FILES) {
    const layer = layerOf(file.path);
    const rooms = ROOMS[layer];
    if (rooms === undefined || file.path.startsWith("tests/")) continue;
    const own = roomOf(file.path, layer);
    if (own === "") continue;
    const allowed = rooms[own];
    if (allowed === undefined) {
      problems.push(`${file.path} is in a room that ROOMS does not know: give it a place there`);
      continue;
    }
    for (const target of importsOf(file)) {
      if (layerOf(target) !== layer) continue;
      const room = roomOf(target, layer);
      if (room === own || allowed.includes(room)) continue;
      problems.push(`${file.path} imports ${target}: ${own} may import ${allowed.join(", ")}`);
    }
  }
  report(problems);
});

Deno.test("rooms: the tests of a layer stand in the rooms of what they test", () => {
  const problems: string[] = [];
  for (const [layer, rooms] of Object.entries(ROOMS)) {
    const folder = `tests/${layer.replace(/^lib\//, "")}/`;
    for (const { path } of FILES) {
      if (!path.startsWith(folder)) continue;
      const room = path.slice(folder.length).split("/")[0]!;
      if (room.endsWith(".ts") || Object.hasOwn(rooms, room)) continue;
      problems.push(`${path}: ${layer} has no room ${room}`);
    }
  }
  report(problems);
});

Deno.test(`rooms: no folder with more than ${FILES_MAX} files`, () => {
  const counts = new Map<string, number>();
  for (const { path } of FILES) {
    if (!/^(lib|executors)\//.test(path)) continue;
    const folder = path.replace(/\/[^/]*$/, "");
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const full = [...counts].filter(([, count]) => count > FILES_MAX);
  report(full.map(([folder, count]) => `${folder} has ${count} files: is there a room within it?`));
});

Deno.test("imports: no file imports itself by way of others", () => {
  const graph = new Map(FILES.map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      problems.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    }
    if (done.has(path) || trail.includes(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  report(problems);
});

Deno.test("start-up: what --help needs loads no schema, no parser, no pool and no view", () => {
  const loaded = new Set<string>();
  const load = (path: string) => {
    const file = FILES.find((candidate) => candidate.path === path);
    if (loaded.has(path) || file === undefined) return;
    loaded.add(path);
    for (
      const [, target] of file.text.matchAll(/^(?:import|export)(?! type)[^;]*?from "(\.[^"]+)"/gms)
    ) {
      load(new URL(target!, `file:///${path}`).pathname.slice(1));
    }
  };
  load("main.ts");
  // Help and completion load the record of every command, and the code of none.
  load("lib/cli/help.ts");
  const records = FILES.filter(({ path }) =>
    /^lib\/cli\/command\/\w+\/\w+(?<!_impl)\.ts$/.test(path) &&
    FILES.some((other) => other.path === path.replace(/\.ts$/, "_impl.ts"))
  );
  assert(records.length > 10, "there are records of commands");
  for (const { path } of records) load(path);
  const impls = [...loaded].filter((path) => path.endsWith("_impl.ts"));
  report(impls.map((path) => `a record loads ${path} at once: import it in load()`));
  const heavy =
    /core\/(workflow\/(keys|kinds|schema|parse)|run\/scheduler)|runtime\/(load\/(decode|locate|load)|process\/slot_pool)|view\/(live\/|run\/ending)/;
  report(
    [...loaded].filter((path) => heavy.test(path)).map((path) =>
      `main.ts or a record loads ${path}: import it in the command`
    ),
  );
  assert(loaded.has("lib/cli/command/list.ts"), "the walk finds what is loaded");
});

Deno.test("bans: nothing stands in a layer that does not belong there", () => {
  const problems: string[] = [];
  for (const { path, text } of FILES) {
    text.split("\n").forEach((line, i) => {
      const code = line.replace(/^\s*(\*|\/\/(?! deno-lint)|\/\*).*$/, "");
      for (const { in: place, ban, instead } of BANS) {
        if (place.test(path) && ban.test(code)) {
          problems.push(`${path}:${i + 1} ${line.trim()}: ${instead}`);
        }
      }
    });
  }
  report(problems);
});

/** Files beside the records of job kinds that may compare a word which is also a job type, and why. */
const COMPARES_A_JOB_TYPE: Readonly<Record<string, string>> = {
  "executors/plugin/check.ts": "it looks at plugins alone, and is part of their kind",
  "lib/view/problem/message.ts": "these are owners of keys",
  "lib/view/problem/permission_message.ts": "these are uses of permissions",
};

Deno.test("job kinds: nobody asks of which kind a job is, but its records", () => {
  const types = Object.keys(jobKinds).join("|");
  const compared = new RegExp(`(?:[=!]== |case )"(?:${types})"|"(?:${types})" [=!]==`);
  const records = /^(lib\/core\/workflow\/kinds\/|lib\/core\/workflow\/workflow\.ts)/;
  const found = FILES.filter(({ path, text }) =>
    /^(lib|executors|main)/.test(path) && !records.test(path) &&
    // `key === "command"` is about a key of the file, not about a kind of job.
    text.split("\n").some((line) => compared.test(line.replace(/\bkey === "\w+"/g, "")))
  ).map(({ path }) => path);
  report(
    found.filter((path) => !Object.hasOwn(COMPARES_A_JOB_TYPE, path)).map((path) =>
      `${path} compares a job type: ask a record of lib/core/workflow/kinds.ts or executors/mod.ts`
    ),
  );
  assertEquals(found, Object.keys(COMPARES_A_JOB_TYPE), "exceptions that are none any more");
});

/** Files of the program that open files by their names, and why they may; all others go by `state_files.ts`. */
const OPENERS: Readonly<Record<string, string>> = {
  "lib/runtime/state/state_files.ts": "is the way to everything in a state directory",
  "lib/runtime/real_world.ts":
    "is the port for files of the user; logs it opens by way of state_files",
  "lib/runtime/store/own_state.ts": "keeps the key of the user, and looks as closely",
  "lib/runtime/process/log_cap.ts":
    "cuts logs of this run, in a folder that it has made or looked through",
  "lib/runtime/process/direct_process.ts": "opens the logs of a job, in such a folder",
  "executors/plugin/log.ts": "opens the logs of a job, in such a folder",
  "lib/runtime/process/shell_slot.ts": "writes the text of a job beside its logs, in such a folder",
  "lib/runtime/process/slot_process.ts": "looks whether a log is there, in such a folder",
  "lib/runtime/kernel/cgroup.ts": "is about control groups",
  "lib/runtime/kernel/cgroup_facts.ts": "is about control groups",
  "lib/runtime/kernel/process_table.ts": "reads /proc",
  "executors/plugin/prompts.ts": "reads /proc",
  "lib/runtime/state/host_name.ts": "reads /etc/hostname",
};
const OPENING =
  /\bDeno\.(open|create|readFile|readTextFile|writeFile|writeTextFile|truncate|copyFile|stat)(Sync)?\(/;

Deno.test("state: what is in a state directory is opened in one place only", () => {
  const problems = FILES.filter(({ path, text }) =>
    /^(lib|executors)\//.test(path) && OPENING.test(text) &&
    !Object.hasOwn(OPENERS, path)
  );
  report(
    problems.map(({ path }) =>
      `${path} opens a file by its name: go by lib/runtime/state/state_files.ts, which follows no links`
    ),
  );
});

/** Files outside of the view with sentences in them, and why. */
const SPEAKERS: Readonly<Record<string, string>> = {
  "lib/cli/base/flags.ts": "is part of the records of commands",
  "lib/cli/base/style_flags.ts": "is part of the records of commands",
  "lib/cli/help.ts": "describes the flag that shows the help",
  "lib/runtime/load/json_text.ts": "knows the words of a parser",
  "lib/runtime/load/strict_yaml.ts": "knows the words of a parser",
};
/** A text that begins like a sentence, unless it is that of an error which no user reads. */
const SENTENCE =
  /(?<!(?<!Usage|Output)Error\(\s*|PermissionDenied\(|NotCapable\()["'`][A-Z][a-z']* [a-z]+ [a-z]+/;

Deno.test("sentences: they are in the view, or in the record of a command", () => {
  const record = /^lib\/cli\/command\/(\w+\/\w+(?<!_impl)|list)\.ts$/;
  const found = FILES.filter(({ path, text }) =>
    /^(lib\/(core|runtime|engine|cli)|executors)\//.test(path) && !record.test(path) &&
    SENTENCE.test(text.replace(/^\s*(\*|\/\/|\/\*).*$/gm, ""))
  ).map(({ path }) => path);
  report(
    found.filter((path) => !Object.hasOwn(SPEAKERS, path)).map((path) =>
      `${path} has a sentence in it: say it in lib/view`
    ),
  );
  report(
    Object.keys(SPEAKERS).filter((path) => !found.includes(path) && !record.test(path))
      .map((path) => `${path} has no sentence any more: take it out of SPEAKERS`),
  );
});

Deno.test("helpers: tests/README.md says what each file of tests/support is for", () => {
  const page = Deno.readTextFileSync(`${ROOT}tests/README.md`);
  const named = new Set(page.matchAll(/`([a-z_]+(?:\.d)?\.ts)`/g).map(([, name]) => name!));
  const helpers = FILES.map(({ path }) => path).filter((path) =>
    path.startsWith("tests/support/") && !path.endsWith("_test.ts")
  );
  report(
    helpers.filter((path) => !named.has(path.split("/").at(-1)!))
      .map((path) => `${path} is not in tests/README.md: give it a place in the table of helpers`),
  );
});

Deno.test("barrels: only the three mod.ts re-export", () => {
  const allowed = ["lib/mod.ts", "lib/cli/mod.ts", "executors/mod.ts", "tests/support/assert.ts"];
  const barrels = FILES.filter(({ path, text }) =>
    /^export (\*|\{[^}]*\}) from/m.test(text) && !allowed.includes(path)
  );
  report(barrels.map(({ path }) => `${path} re-exports: import from the file itself`));
});

Deno.test("headers: every file of the program begins with a comment that says what it is", () => {
  const bare = FILES.filter(({ text }) => !text.startsWith("/**"));
  report(bare.map(({ path }) => `${path} has no header: say in a sentence what it is for`));
});

Deno.test(`sizes: no file over ${FILE_LENGTH_MAX} lines, no function over ${FUNCTION_LENGTH_MAX}`, () => {
  const problems: string[] = [];
  for (const { path, text } of FILES) {
    const lines = text.split("\n");
    if (lines.length > FILE_LENGTH_MAX) {
      problems.push(`${path} has ${lines.length} lines: split it where the story turns`);
    }
    if (path.startsWith("tests/")) continue;
    for (const { name, length, line } of functionsIn(lines)) {
      if (length > FUNCTION_LENGTH_MAX && !isTable(lines.slice(line - 1, line - 1 + length))) {
        problems.push(`${path}:${line} ${name} has ${length} lines: give its parts names`);
      }
    }
  }
  report(problems);
});

Deno.test("versions: deno.json pins every dependency and names the version the program prints", () => {
  const config = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  assertEquals(config.version, VERSION);
  const imports = Object.entries<string>(config.imports);
  for (const [name, target] of imports.filter(([, target]) => !target.startsWith("./"))) {
    assert(/@\d+\.\d+\.\d+(\/|$)/.test(target), `${name} is not pinned to one version: ${target}`);
  }
});
