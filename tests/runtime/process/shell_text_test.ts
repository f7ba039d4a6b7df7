/** What orch says to `sh`, read by a real one: no value gets out of its quotes, and each job is told apart. */
import { quote } from "../../../lib/runtime/kernel/quote.ts";
import {
  type JobText,
  jobText,
  needsItsShell,
  plainWords,
  SLOT_PREAMBLE,
} from "../../../lib/runtime/process/shell_text.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { testNeeding } from "../../support/cli.ts";

testNeeding(["sh"], "a slot that learns no umask, since nothing can be started, ends", async () => {
  const { code } = await new Deno.Command("sh", {
    args: ["-c", `umask() { :; }\n${SLOT_PREAMBLE}`],
    signal: AbortSignal.timeout(10_000),
  }).output();
  assertEquals(code, 1);
});

/** Values that would do something if they got out. */
const HOSTILE: readonly string[] = [
  "",
  " ",
  "'",
  "''",
  "'\\''",
  "a'b\"c`d",
  "'; touch pwned; '",
  "$(touch pwned)",
  "`touch pwned`",
  "${HOME} $HOME $$ $1 $@ $?",
  "one\ntwo\n",
  "\n",
  "\r\n\t\v\f",
  "\\",
  "ends with a backslash\\",
  "a\\nb",
  "!history !! !$",
  "-n",
  "-e",
  "--",
  "--help",
  "-",
  "*",
  "?[a-z]*",
  "~",
  "~root/x",
  "{a,b}{1..3}",
  "a=b",
  "# no comment",
  "&& || ; & | < > ( )",
  "<<END\nEND",
  "héllo 世界 🎉 e\u0301",
  "\u202eright to left\u200b",
  "\x01\x02\x1b[31m\x7f",
  "x".repeat(100_000),
  "'".repeat(30_000),
];

Deno.test("quote: whatever a value holds, sh reads it as that one word", async () => {
  const folder = await Deno.makeTempDir({ prefix: "orch-text-" });
  // printf repeats its format for each argument, so that a value split in two would show.
  const text = HOSTILE.map((value) => `printf '<%s>\\0' ${quote(value)}\n`).join("");
  const words = (await sh(text, folder)).split("\0");
  assertEquals(words.pop(), "");
  assertEquals(words, HOSTILE.map((value) => `<${value}>`));
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), [], "nothing was executed");
  await Deno.remove(folder);
});

Deno.test("quote: a hostile value is one word in the middle of others, and within eval", async () => {
  const text = HOSTILE.map((value) =>
    `eval ${quote(`printf '%s,' "$#"; set -- a ${quote(value)} b; printf '%s;' "$#"`)}\n`
  ).join("");
  assertEquals(await sh(text, "/"), "0,3;" + "3,3;".repeat(HOSTILE.length - 1));
});

/** The words of a plain command; `null` where only a shell can make sense of it. */
const PLAIN: readonly (readonly [text: string, words: string | null])[] = [
  ["make", "make"],
  ["make -j4 CFLAGS=-O2 all", "make -j4 CFLAGS=-O2 all"],
  ["  ls \t -l  ", "ls -l"],
  ["/usr/bin/env", "/usr/bin/env"],
  ["./run.sh a/b.c", "./run.sh a/b.c"],
  ["../x", "../x"],
  ["g++ -std=c++20", "g++ -std=c++20"],
  ["git show HEAD^", "git show HEAD^"],
  ["date +%H:%M", "date +%H:%M"],
  ["scp a user@host:b,c", "scp a user@host:b,c"],
  ["echo one two", "echo one two"],
  ["true", "true"],
  ["[ 1 = 1", "[ 1 = 1"],
  ["python3.12 -c pass", "python3.12 -c pass"],
  ["ls\n", "ls"],
  ["", null],
  ["   ", null],
  ["A=1 make", null],
  ["A=1", null],
  ["ls; ls", null],
  ["ls\nls", null],
  ["ls | wc", null],
  ["ls & ", null],
  ["ls && ls", null],
  ["ls > out", null],
  ["ls < in", null],
  ["ls 2>&1", null],
  ["echo $HOME", null],
  ["echo `date`", null],
  ["echo *", null],
  ["echo a?", null],
  ["ls [ab]", null],
  ["ls ~", null],
  ["ls --dir=~/x", null],
  ["echo {a,b}", null],
  ["echo 'a'", null],
  ['echo "a"', null],
  ["echo a\\ b", null],
  ["echo # comment", null],
  ["# comment", null],
  ["(ls)", null],
  ["{ ls; }", null],
  ["! ls", null],
  ["echo !!", null],
  ["ls\u00a0-l", null],
  ["naïve", null],
  ["echo 世界", null],
  ["f() ls", null],
  ["-c ls", null],
  ["--version", null],
];

Deno.test("plainWords: one program with plain arguments, or nothing", () => {
  const wrong = PLAIN.filter(([text, words]) => (plainWords(text)?.join(" ") ?? null) !== words);
  assertEquals(wrong.map(([text]) => text), []);
});

/** What dash knows by itself; it cannot be asked. */
const DASH =
  (". : [ alias bg break cd chdir command continue echo eval exec exit export false fg " +
    "getopts hash jobs kill local printf pwd read readonly return set shift test times trap true " +
    "type ulimit umask unalias unset wait if then else elif fi case esac for while until do done in " +
    "{ } !").split(" ");

Deno.test("no word that dash knows itself is started as a program in its place", () => {
  assertEquals(wronglyStarted(DASH), []);
});

testNeeding(
  ["bash"],
  "no word that bash knows itself is started as a program in its place",
  async () => {
    const { stdout } = await new Deno.Command("bash", { args: ["-c", "compgen -b -k"] }).output();
    const known = new TextDecoder().decode(stdout).trim().split("\n");
    assert(known.length > 60, known.join(" "));
    assertEquals(wronglyStarted(known), []);
  },
);

/** Words that a shell would exec, or that are taken for a program that does not exist. */
function wronglyStarted(words: readonly string[]): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return words.filter((word) => {
    const { text } = jobText(job({ launch: { kind: "shell", text: `${word} x` } }), SLOT);
    return text.includes(`exec ${word} x`) ||
      (plainWords(word) !== null && !folders.some((folder) => isProgram(word, folder)));
  });
}

function isProgram(name: string, folder: string): boolean {
  try {
    return Deno.statSync(`${folder}/${name}`).isFile;
  } catch {
    return false;
  }
}

/** Jobs, and whether their text must fit into the argument of a shell of their own. */
const OWN_SHELLS: readonly (readonly [text: string, changes: Partial<JobText>, own: boolean])[] = [
  ["echo $$", {}, true],
  ["echo ${$}", {}, true],
  ["echo $PPID", {}, true],
  ['echo "${PPID}"', {}, true],
  ["echo $HOME $1", {}, false],
  ["echo 5$", {}, false],
  ["echo", {}, false],
  ["echo", { niceness: 10 }, true],
  ["echo", { environment: { UID: "5" } }, true],
  ["echo", { environment: { A: "5" } }, false],
  ["ls -l", { niceness: 10, environment: { UID: "5" } }, false],
];

Deno.test("needsItsShell: text about its process, and what the slot's shell cannot give it", () => {
  const wrong = OWN_SHELLS.filter(([text, changes, own]) =>
    needsItsShell(job({ launch: { kind: "shell", text }, ...changes })) !== own
  );
  assertEquals(wrong, []);
});

const SLOT = { endsPath: null, token: "the-token.1", pid: 1 };

function job(changes: Partial<JobText> = {}): JobText {
  return {
    launch: { kind: "shell", text: "echo out; echo err >&2" },
    workingDirectory: "/",
    textPath: null,
    cookie: "a-cookie.job.1",
    environment: { A: "1" },
    stdoutPath: "/dev/null",
    stderrPath: "/dev/null",
    niceness: 0,
    attemptName: "a.1",
    ...changes,
  };
}

/** Launches, what they print on standard output, their status, and whether 130 would carry a mark. */
const LAUNCHES: readonly {
  readonly name: string;
  readonly job: Partial<JobText>;
  readonly stdout: string;
  readonly status: number;
  readonly marked: boolean;
}[] = [
  {
    name: "shell text",
    job: { launch: { kind: "shell", text: 'echo "$A"; exit 3' } },
    stdout: "1\n",
    status: 3,
    marked: true,
  },
  {
    name: "a program",
    job: {
      launch: { kind: "program", program: "printf", args: ["<%s>", "-n", "a'b", "$(x)", ""] },
    },
    stdout: "<-n><a'b><$(x)><>",
    status: 0,
    marked: false,
  },
  {
    name: "a plain command",
    job: { launch: { kind: "shell", text: "  uname -s " } },
    stdout: "Linux\n",
    status: 0,
    marked: false,
  },
  {
    name: "text that speaks of its shell",
    job: { launch: { kind: "shell", text: "test $PPID -gt 0 && exit 9" } },
    stdout: "",
    status: 9,
    marked: true,
  },
  {
    name: "text that gives way",
    job: { launch: { kind: "shell", text: "nice; true" }, niceness: 10 },
    stdout: "10\n",
    status: 0,
    marked: true,
  },
  {
    name: "a plain command that gives way",
    job: { launch: { kind: "shell", text: "nice" }, niceness: 10 },
    stdout: "10\n",
    status: 0,
    marked: false,
  },
  {
    name: "a program that gives way",
    job: { launch: { kind: "program", program: "nice", args: [] }, niceness: 7 },
    stdout: "7\n",
    status: 0,
    marked: false,
  },
  {
    name: "a folder that is gone",
    job: { workingDirectory: "/no/such/folder" },
    stdout: "",
    status: 1,
    marked: true,
  },
  {
    name: "a syntax error",
    job: { launch: { kind: "shell", text: "echo before\nif" } },
    stdout: "before\n",
    status: 2,
    marked: true,
  },
  {
    name: "a command that begins like an option",
    job: { launch: { kind: "shell", text: "-c ls" } },
    stdout: "",
    status: 127,
    marked: true,
  },
  {
    name: "a chosen status of 130",
    job: { launch: { kind: "shell", text: "echo x; exit 130" } },
    stdout: "x\n",
    status: 130,
    marked: true,
  },
];

Deno.test("jobText: each launch answers in one line, after two lines of times", async (t) => {
  for (const { name, job: changes, stdout, status, marked } of LAUNCHES) {
    await t.step(name, async () => {
      const ran = await runJob(changes);
      assertEquals([ran.stdout, ran.status, ran.marked], [stdout, status, marked]);
      assertMatch(ran.times, /^(\d+m[\d.]+s \d+m[\d.]+s\n){2}$/);
      if (status === 130) assertEquals(ran.mark, "1");
    });
  }
});

Deno.test("jobText: output is appended to private files with hostile names; the job's files are usual", async () => {
  const folder = await Deno.makeTempDir({ prefix: "orch 'text' $(x) -" });
  await Deno.writeTextFile(`${folder}/-o'ut\n`, "before\n");
  const paths = { stdoutPath: `${folder}/-o'ut\n`, stderrPath: `${folder}/$(err)` };
  await runJob({
    ...paths,
    workingDirectory: folder,
    environment: { IFS: "0123456789" },
    launch: { kind: "shell", text: "umask; echo out; echo err >&2; : > file; cat" },
  });
  const mode = async (path: string) => ((await Deno.stat(path)).mode! & 0o777).toString(8);
  const umask = Deno.umask() & 0o777;
  const shown = umask.toString(8).padStart(4, "0");
  assertEquals(await Deno.readTextFile(paths.stdoutPath), `before\n${shown}\nout\n`);
  assertEquals(await Deno.readTextFile(paths.stderrPath), "err\n");
  const usual = (0o666 & ~umask).toString(8);
  assertEquals([await mode(paths.stderrPath), await mode(`${folder}/file`)], ["600", usual]);
  await Deno.remove(folder, { recursive: true });
});

interface RanJob {
  readonly stdout: string;
  readonly status: number;
  readonly mark: string;
  readonly times: string;
  readonly marked: boolean;
}

/** Runs one job in a slot of its own; its standard output goes to a file, as always. */
async function runJob(changes: Partial<JobText>): Promise<RanJob> {
  const folder = await Deno.makeTempDir({ prefix: "orch-text-" });
  const stdoutPath = `${folder}/out`;
  // The number of the slot is known once it runs: its mark must reach the shell that reads this.
  const pid = 424242424;
  const { text, marked } = jobText(job({ stdoutPath, ...changes }), { ...SLOT, pid });
  const own = text.replaceAll(`kill -USR1 ${pid}`, "kill -USR1 $orch_test_pid");
  const said = await sh(`orch_test_pid=$$; export orch_test_pid\n${SLOT_PREAMBLE}${own}`, folder);
  const answer = /^the-token\.1 (\d+) (\S*)\n$/m.exec(said);
  assert(answer !== null, `an answer in: ${said}`);
  const stdout = changes.stdoutPath === undefined ? await readIfThere(stdoutPath) : "";
  await Deno.remove(folder, { recursive: true });
  const lines = said.slice(0, answer.index).split("\n");
  return {
    stdout,
    status: Number(answer[1]),
    mark: answer[2]!,
    times: `${lines.slice(-3, -1).join("\n")}\n`,
    marked,
  };
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

/** Says `text` to a shell, as a slot hears it, and returns its standard output. */
async function sh(text: string, cwd: string): Promise<string> {
  const child = new Deno.Command("sh", {
    args: ["-s"],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(text)).then(() => writer.close());
  const [{ stdout }] = await Promise.all([child.output(), fed.catch(() => {})]);
  return new TextDecoder().decode(stdout);
}
