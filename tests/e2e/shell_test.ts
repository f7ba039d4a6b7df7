/** Command jobs are shell text, whole and unchanged, with nothing of ours to be seen in it. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";

/** The command, and its standard output. */
const PRINTS: Readonly<Record<string, readonly [string, string]>> = {
  "there are no arguments": ['echo "$#" "[$*]"; for a in "$@"; do echo "$a"; done', "0 []\n"],
  "the shell calls itself sh": ['echo "${0##*/}"', "sh\n"],
  "set shows no variable of ours": ["set | grep -i -e '^_*orch_*=' || echo none", "none\n"],
  "arguments can be set": ['set -- x "y z"; echo "$# $2"', "2 y z\n"],
  "quotes of all kinds stay": [`echo "it's" 'a "test"' \\"here\\"`, `it's a "test" "here"\n`],
  "a backslash stays": [`printf '%s\\n' 'a\\nb'`, "a\\nb\n"],
  "dollars are the shell's": ["x=1; echo $x '$x' \"${x}2\" $((x + 1))", "1 $x 12 2\n"],
  "globs and braces are the shell's": ["touch a.t b.t; echo *.t {a,b}", "a.t b.t {a,b}\n"],
  "many lines are many commands": ["a=1\nb=2\n\necho $a$b\n", "12\n"],
  "a comment at the end": ["echo x # and no more", "x\n"],
  "a comment at the start": ["# first\necho x", "x\n"],
  "a here-document": ["cat <<END\none $((1 + 1))\n'three'\nEND\n", "one 2\n'three'\n"],
  "a quoted here-document": ["cat <<'END'\n$HOME `date`\nEND", "$HOME `date`\n"],
  "a here-document with tabs": ["cat <<-END\n\tx\n\tEND\n", "x\n"],
  "functions and traps": ["f() { echo in f; }; trap 'echo bye' EXIT; f", "in f\nbye\n"],
  "Unicode": ["echo 'héllo, 世界 🎉'", "héllo, 世界 🎉\n"],
  "a pipeline whose reader stops": ["yes | head -n 1", "y\n"],
  "no signal is ignored": [
    // The real-time signals from 32 on are left as they were found: Node ignores the first.
    "grep SigIgn /proc/self/status | tr -d '\\t' | cut -c 16- | sed s/^8/0/",
    "00000000\n",
  ],
  "$$ is the job's own process": [`test $$ = "$(sh -c 'echo $PPID')" && echo own`, "own\n"],
  "standard input is empty": ["cat; echo end; read x || echo nothing", "end\nnothing\n"],
  "there is no terminal": [
    "(: < /dev/tty) 2> /dev/null || echo none; test -t 0 || echo no",
    "none\nno\n",
  ],
  "no file of ours is open but the logs": ["ls -l /proc/self/fd | grep -c '\\.orch'", "1\n"],
  "new files get the usual mode": ["umask 022; touch f; stat -c %a f", "644\n"],
};

Deno.test("what a command prints is what a shell prints", async (t) => {
  await using project = newProject();
  const rows = Object.entries(PRINTS);
  const { jobs } = await project.results(
    rows.map(([, [command]], i) => ({ id: `j${i}`, command, working_directory: "." })),
  );
  for (const [i, [name, [, expected]]] of rows.entries()) {
    await t.step(name, () => {
      const { stdout, stderr } = jobs[`j${i}`]!;
      assertEquals({ stdout, stderr }, { stdout: expected, stderr: "" });
    });
  }
});

Deno.test("a job has the file mode mask that orch was started with", async () => {
  await using project = newProject();
  const { jobs } = await project.results([{ id: "a", command: "umask" }]);
  const own = (Deno.umask() & 0o777).toString(8).padStart(4, "0");
  assertEquals(jobs["a"]!.stdout.trim(), own);
});

/** Around what fits into one argument of a process, in characters. */
for (const size of [39_990, 40_050, 131_072, 1_000_000]) {
  Deno.test(`a command of ${size} characters runs, wherever a limit of the system lies`, async () => {
    await using project = newProject();
    const filling = "# filling filling filling filling\n";
    const end = '\necho "$# ${0##*/} ${#text}"; exit 4';
    const text = `text='${"x".repeat(1000)}'\n`;
    const command = text + filling.repeat((size - text.length - end.length) / filling.length) + end;
    const { jobs } = await project.results([{ id: "big", command }]);
    const { exit_code, stdout, stderr } = jobs["big"]!;
    assertEquals({ exit_code, stdout, stderr }, {
      exit_code: 4,
      stdout: "0 sh 1000\n",
      stderr: "",
    });
  });
}

Deno.test("a long command may speak of its own process", async () => {
  await using project = newProject();
  const command = `${"# filling filling\n".repeat(12_000)}test $$ -gt 1 && echo "$#"; exit 4`;
  const { jobs } = await project.results([{ id: "big", command }]);
  assertEquals([jobs["big"]!.exit_code, jobs["big"]!.stdout], [4, "0\n"]);
});

Deno.test("what one job does to its shell, the next one does not see", async () => {
  await using project = newProject();
  const chaos = "export LEAK=1; cd /; umask 077; set -f; set -u; trap 'echo trapped' EXIT; " +
    "alias ls=false; test() { false; }; exec 1>&- 2>&-; ulimit -n 20; exit 3";
  const { jobs } = await project.results(
    [
      { id: "chaos", command: chaos },
      {
        id: "calm",
        command: 'echo "[${LEAK-}] $- $(umask)"; pwd; test 1 = 1 && echo $(ulimit -n)',
        conditions: { skip_if_failed: [] },
      },
      { id: "reference", command: "umask; ulimit -n" },
    ],
    "-c",
    "1",
  );
  const [mask, limit] = jobs["reference"]!.stdout.split("\n");
  assertEquals(
    jobs["calm"]!.stdout.replace(" s ", "  "),
    `[]  ${mask}\n${project.folder}\n${limit}\n`,
  );
});

Deno.test("a job that kills its parent does no harm to the jobs after it", async () => {
  await using project = newProject();
  const { jobs, status } = await project.results(
    [
      { id: "patricide", command: "kill -KILL $PPID; sleep 0.2" },
      { id: "group", command: "kill -KILL 0" },
      { id: "polite", command: "kill -TERM 0; sleep 1" },
      { id: "next", command: "echo fine" },
      { id: "last", command: "echo fine" },
    ],
    "-c",
    "1",
  );
  assertEquals([status, jobs["next"]!.stdout, jobs["last"]!.stdout], [
    "failed",
    "fine\n",
    "fine\n",
  ]);
  assertEquals([jobs["group"]!.status, jobs["group"]!.signal], ["failed", "SIGKILL"]);
  assertEquals([jobs["polite"]!.status, jobs["polite"]!.signal], ["failed", "SIGTERM"]);
});

Deno.test("a command of wide characters counts in bytes, not in letters", async () => {
  await using project = newProject();
  const command = `# ${"世".repeat(60_000)}\necho done`;
  const { jobs } = await project.results([{ id: "wide", command }]);
  assertEquals([jobs["wide"]!.status, jobs["wide"]!.stdout], ["success", "done\n"]);
});

Deno.test("output of many megabytes stays whole in the log; the results keep its end", async () => {
  await using project = newProject();
  const { jobs } = await project.results([
    { id: "a", command: "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo the end" },
  ]);
  const { stdout, log_path } = jobs["a"]!;
  assertEquals((await Deno.stat(log_path!)).size, 5_000_009);
  assertEquals(stdout.length, 64 * 1024);
  assertMatch(stdout, /^x+\nthe end\n$/);
});

Deno.test("output that is not UTF-8 does no harm", async () => {
  await using project = newProject();
  const { jobs } = await project.results([{ id: "a", command: "printf 'a\\377\\000b\\033[2J'" }]);
  assertEquals(jobs["a"]!.stdout, "a\ufffd\0b\x1b[2J");
});
