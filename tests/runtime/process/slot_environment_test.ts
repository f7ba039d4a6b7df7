/**
 * Jobs get exactly the variables that they ask for, also those that a shell has a use of its own for,
 * whichever shell `sh` is.
 */
import { assert, assertEquals } from "../../support/assert.ts";
import { testNeeding } from "../../support/cli.ts";
import { TestPool } from "../../support/pool.ts";

/** What dash, bash, ksh, mksh and zsh have a use for, and what orch itself calls its own in a slot. */
const SPECIAL =
  ("_ ARGC BASHOPTS BASHPID BASH_ARGV0 BASH_COMPAT BASH_ENV BASH_VERSINFO BASH_XTRACEFD CDPATH COLUMNS DIRSTACK " +
    "ENV EUID FUNCNAME FUNCNEST GLOBIGNORE GROUPS HISTCMD HOME IFS LANG LC_ALL LINENO LINES OLDPWD OPTARG OPTERR " +
    "OPTIND PATH PIPESTATUS POSIXLY_CORRECT PPID PS4 PWD RANDOM SECONDS SHELLOPTS SHLVL SRANDOM TMOUT TZ " +
    "UID USERNAME __orch_env __orch_nice __orch_s __orch_sh __orch_u __orch_x").split(" ");

/** Runs a test once for each shell that is there, as the `sh` that orch finds. */
function testInShells(name: string, fn: (shell: string) => Promise<void>): void {
  for (const shell of ["dash", "bash"]) {
    testNeeding([shell], `${shell}: ${name}`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "orch-sh-" });
      const path = Deno.env.get("PATH")!;
      await Deno.symlink(await programPath(shell), `${folder}/sh`);
      Deno.env.set("PATH", `${folder}:${path}`);
      try {
        await fn(shell);
      } finally {
        Deno.env.set("PATH", path);
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

async function programPath(name: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** The names that a shell knows before it is told any. */
async function namesOf(shell: string): Promise<string[]> {
  const text = shell === "bash" ? "compgen -v" : "set | sed -n 's/=.*//p'";
  const { stdout } = await new Deno.Command(shell, { args: ["-c", text], clearEnv: true }).output();
  const names = new TextDecoder().decode(stdout).trim().split("\n");
  assert(names.length > 3, names.join(" "));
  return names;
}

/** Values for many names: text, and a number where text would keep dash from starting at all. */
function values(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name === "OPTIND" ? "7" : value]));
}

/** Of an environment as the kernel keeps it, what was asked for. */
function asked(environ: string, names: readonly string[]): Record<string, string> {
  const entries = environ.split("\0").map((entry) => {
    const end = entry.indexOf("=");
    return [entry.slice(0, end), entry.slice(end + 1)] as const;
  });
  assertEquals(new Set(entries.map(([name]) => name)).size, entries.length, "no name twice");
  return Object.fromEntries(entries.filter(([name]) => names.includes(name)));
}

for (const value of ["x", "", "'; exit 9; '\n$(exit 9)"]) {
  testInShells(`a program gets all variables as they are, be they '${value}'`, async (shell) => {
    await using pool = new TestPool();
    const names = [...new Set([...SPECIAL, ...await namesOf(shell), "A-B", "a.b", "1"])];
    const environment = { ...values(names, value), OPTIND: value };
    const program = await programPath("cat");
    const { how, stdout } = await pool.run(
      { kind: "program", program, args: ["/proc/self/environ"] },
      { environment },
    );
    assertEquals([how, asked(stdout, names)], ["exit 0", environment]);
    const plain = await pool.run(`${program} /proc/self/environ`, { environment });
    assertEquals([plain.how, asked(plain.stdout, names)], ["exit 0", environment]);
  });
}

testInShells("the shell of a job gets all variables as they are", async (shell) => {
  await using pool = new TestPool();
  const names = [...new Set([...SPECIAL, ...await namesOf(shell)])];
  const environment = values(names, "x");
  const cat = await programPath("cat");
  const { how, stdout } = await pool.run(`${cat} /proc/$$/environ`, { environment });
  assertEquals([how, asked(stdout, names)], ["exit 0", environment]);
});

testInShells("a name that the shell owns breaks no job, alone or with others", async (shell) => {
  await using pool = new TestPool();
  const names = [...new Set([...SPECIAL, ...await namesOf(shell)])];
  const ends = await Promise.all(names.map(async (name) => {
    const { how, stdout } = await pool.run("f() { echo $1; }; f fine; exit 3", {
      environment: { ...values([name], "x"), LAST: "" },
    });
    return `${name}: ${how} ${stdout}`;
  }));
  assertEquals(ends, names.map((name) => `${name}: exit 3 fine\n`));
});

/** Variables, a command, and what it prints: the same as from a shell that is started with them. */
const AS_STARTED: readonly (readonly [Record<string, string>, command: string])[] = [
  [{ IFS: "/" }, "x='a/b c'; printf '<%s>' $x"],
  [{ IFS: "/", A: "p/q r" }, "printf '<%s>' $A; set -- 1 2; echo \"$*\""],
  [{ PWD: "/nowhere", OLDPWD: "/usr" }, 'cd -; cd ..; pwd; [ "$PWD" = /nowhere ] || echo own'],
  [{ OPTIND: "3" }, "set -- -a -b -c; while getopts abc o; do echo $o; done"],
  [{ CDPATH: "/usr" }, "cd bin && pwd"],
  [{ ENV: "/no/such/file", BASH_ENV: "/no/such/file" }, "echo started"],
  [{ PS4: "$(echo no)", SHELLOPTS: "xtrace" }, "echo traced"],
  [{ GLOBIGNORE: "*" }, "cd /; echo *"],
  [{ PATH: "/nowhere" }, "ls; echo $?"],
  [{ UID: "5", EUID: "6" }, "echo $UID $EUID"],
  [{ LINENO: "7" }, "echo\necho $LINENO"],
  [{ _: "x", SHLVL: "4" }, "echo $SHLVL"],
];

testInShells("a command sees what it would see in a shell started with its variables", async () => {
  await using pool = new TestPool();
  const sh = await programPath("sh");
  for (const [environment, command] of AS_STARTED) {
    const { stdout } = await new Deno.Command(sh, {
      args: ["-c", command],
      env: environment,
      cwd: pool.folder,
      stdin: "null",
    }).output();
    const result = await pool.run(command, { environment });
    const label = `${JSON.stringify(environment)} ${command}`;
    assertEquals(result.stdout, new TextDecoder().decode(stdout), label);
  }
});

/** Commands and how they end, in a shell of their own as in the slot's. */
const ENDS: readonly (readonly [command: string, how: string])[] = [
  ["exit 130", "exit 130"],
  ["kill -INT $$; sleep 5", "SIGINT"],
  ["kill -TERM $$; sleep 5", "SIGTERM"],
  ["exit 143", "exit 143"],
  ["-c ls", "exit 127"],
  ["no-such-program-here", "exit 127"],
  ["true", "exit 0"],
];

testInShells("how a job ends is told, whatever it was started by", async () => {
  await using pool = new TestPool();
  for (const environment of [{ A: "1" }, { UID: "1" }]) {
    for (const [command, how] of ENDS) {
      const label = `${JSON.stringify(environment)} ${command}`;
      assertEquals((await pool.run(command, { environment })).how, how, label);
    }
  }
});

testInShells("all commands of a run are read by one shell", async (shell) => {
  await using pool = new TestPool();
  const text = 'case ${BASH_VERSION+bash} in "") echo dash;; *) echo bash;; esac';
  for (const command of [text, `: $$; ${text}`]) {
    for (const environment of [{}, { PPID: "1", PATH: "/nowhere" }]) {
      assertEquals((await pool.run(command, { environment })).stdout, `${shell}\n`, command);
    }
  }
});

testInShells("a long text runs, whatever it needs a shell of its own for", async () => {
  await using pool = new TestPool();
  const text = `${"# filling filling\n".repeat(12_000)}echo "$A"; exit 4`;
  for (const options of [{ environment: { UID: "5", A: "1" } }, { cpuPercent: 50 }]) {
    const { how, stdout } = await pool.run(text, options);
    assertEquals([how, stdout], ["exit 4", "environment" in options ? "1\n" : "\n"]);
  }
});

testInShells("a program whose name holds an equals sign is not taken for a variable", async () => {
  await using pool = new TestPool();
  await Deno.writeTextFile(`${pool.folder}/a=b`, '#!/bin/sh\necho "$1"', { mode: 0o755 });
  const { how, stdout } = await pool.run(
    { kind: "program", program: `${pool.folder}/a=b`, args: ["c=d"] },
    { environment: { UID: "5" } },
  );
  assertEquals([how, stdout], ["exit 0", "c=d\n"]);
});
