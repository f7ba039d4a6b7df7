/** The words of mistakes in values and on the command line. */
import { checkMessages } from "../../support/check_messages.ts";

checkMessages<`E3${string}`>({
  E301: [
    [
      { key: "timeout", value: "0", bound: "more_than", limit: 0 },
      `
      'timeout' must be more than 0: found 0
  = for no time limit, remove the key`,
    ],
    [
      { key: "max_attempts", value: "-1", bound: "at_least", limit: 1 },
      `
      'max_attempts' must be at least 1: found -1`,
    ],
    [
      { key: "timeout", value: "1e+99", bound: "at_most", limit: 31_536_000 },
      `
      'timeout' must be at most 31,536,000: found 1e99`,
      "1e99",
    ],
  ],
  E302: [
    [
      { key: "method", value: "GTE", known: ["GET", "HEAD"], suggestion: "GET" },
      `
      'method' must be one of GET, HEAD: found 'GTE'
      = did you mean 'GET'?`,
    ],
    [
      { key: "method", value: "BREW", known: ["GET", "HEAD"], suggestion: null },
      `
      'method' must be one of GET, HEAD: found 'BREW'`,
    ],
  ],
  E303: [
    [
      { value: "9007199254740992" },
      `
      Number 9007199254740993 cannot be represented exactly
      = quote it if it is text; otherwise use a smaller number`,
      "9007199254740993",
    ],
    [
      { value: "NaN" },
      `
      Number .nan cannot be represented exactly
      = quote it if it is text; otherwise use a smaller number`,
      ".nan",
    ],
    [
      { value: "1.1", written: "1.10" },
      `
      A job would get '1.1' instead of '1.10'
      = quote it to keep it as written: "1.10"`,
      "1.10",
    ],
    [
      { value: "Infinity" },
      `
      Number Infinity cannot be represented exactly
      = quote it if it is text; otherwise use a smaller number`,
    ],
  ],
  E304: [
    [
      { expression: "$(reboot)", problem: "syntax" },
      `
      'max_concurrent_jobs' must be a number of jobs: found '$(reboot)'
      = a whole number, or nproc with + - * /: $(nproc), $(($(nproc) * 2))`,
    ],
    [
      { expression: "$((1 / 0))", problem: "zero" },
      `
      'max_concurrent_jobs' must not divide by zero: found '$((1 / 0))'`,
    ],
    [
      { expression: "$(($(nproc) * 99999))", problem: "range" },
      `
      'max_concurrent_jobs' must be at most 10,000: found '$(($(nproc) * 99999))'`,
    ],
  ],
  E305: [
    [
      { text: "${HOME", problem: "unclosed" },
      `
      Variable reference '\${HOME' has no closing brace
      = write \${NAME}; for a dollar sign write $$`,
    ],
    [
      { text: "${1X}", problem: "name" },
      `
      Variable reference '\${1X}' does not name a variable
      = write \${NAME} or \${NAME:-default}`,
    ],
    [
      { text: "${" + "x".repeat(100_000), problem: "unclosed" },
      `
      Variable reference '\${${"x".repeat(77)}…' has no closing brace
      = write \${NAME}; for a dollar sign write $$`,
    ],
  ],
  E306: [
    [
      { url: "example.com", problem: "syntax" },
      `
      Cannot read 'example.com' as a URL
      = write it with its scheme: https://example.com/path`,
    ],
    [
      { url: "ftp://example.com", problem: "scheme" },
      `
      URL must begin with http or https: found 'ftp://example.com'`,
    ],
  ],
  E307: [
    [
      { character: 0x07 },
      `
      Text must not contain control characters: found U+0007
      = remove it`,
    ],
  ],
  E308: [
    [
      {
        jobId: "x",
        resource: "memory",
        needed: 4096,
        available: 2048,
        availableFrom: "workflow",
      },
      `
      Insufficient resources to start job 'x': it needs 4096 MB, this workflow may use 2048 MB
      ^ more than is available
      = lower it, or raise global_config.resource_limits`,
    ],
    [
      { jobId: "x", resource: "cpu", needed: 900, available: 800, availableFrom: "machine" },
      `
      Insufficient resources to start job 'x': it needs 900 % CPU, this machine has 800 % CPU
      ^ more than is available
      = lower it, or run on a larger machine`,
    ],
  ],
  E309: [
    [
      { kind: "variable", name: "1A" },
      `
      Invalid name of an environment variable: '1A'
      = use letters, digits and '_', and do not start with a digit`,
    ],
    [
      { kind: "header", name: "X Y" },
      `
      HTTP header 'X Y' cannot be sent
      = no spaces or line breaks in names, no line breaks in values`,
    ],
  ],
  E310: [
    [
      { key: "name" },
      `
      'name' is empty
      = give it a value, or remove the key`,
    ],
  ],
  E312: [
    [
      { jobId: "a", limit: "max_cpu_percent" },
      `
      Job 'a' requires 'max_cpu_percent', which cannot be enforced on this machine
      = orch doctor explains why; with 'enforce: best-effort' the job runs anyway`,
    ],
  ],
  E314: [
    [
      { jobId: "a", saidBy: "job" },
      `
      Job 'a' cannot leave a process running: all its processes end with it
      = remove 'leaves' or 'processes'`,
    ],
    [
      { jobId: "a", saidBy: "workflow" },
      `
      Job 'a' cannot leave a process running: all its processes end with it
      = remove 'leaves', or add 'processes: shared' to the job`,
    ],
  ],
  E315: [
    [
      { jobId: "a", lack: "platform", cause: "" },
      `
      Job 'a' needs its own process namespace, which only Linux has
      = with 'processes: shared' it sees all processes of the machine`,
    ],
    [
      { jobId: "a", lack: "not_permitted", cause: "" },
      `
      Job 'a' needs its own process namespace: orch may not start 'unshare'
      = add --allow-run=unshare`,
    ],
    [
      { jobId: "a", lack: "missing", cause: "" },
      `
      Job 'a' needs its own process namespace: the program 'unshare' is missing
      = install util-linux; with 'processes: shared' it sees all processes of the machine`,
    ],
    [
      { jobId: "a", lack: "refused", cause: "unshare: unshare failed: No space left on device" },
      `
      Job 'a' needs its own process namespace, which the system refuses: unshare: unshare failed: No space left on device
      = orch doctor shows what to do; with 'processes: shared' it sees all processes of the machine`,
    ],
  ],
  E311: [
    [
      { permission: { kind: "run", program: "sh" }, use: "shell", jobIds: ["a"] },
      `
      Job 'a' needs a shell, which orch may not run here
      = add --allow-run=sh, or write it as one program with plain arguments`,
    ],
    [
      { permission: { kind: "run", program: "sh" }, use: "limits", jobIds: ["a"] },
      `
      Job 'a' has limits, and orch needs a shell to enforce them
      = add --allow-run=sh`,
    ],
    [
      { permission: { kind: "run", program: "make" }, use: "program", jobIds: ["a", "b", "c"] },
      `
      Job 'a' runs 'make', which orch may not start
      ^ and 2 more jobs
      = add --allow-run=make`,
    ],
    [
      { permission: { kind: "run", program: "/my tools/x" }, use: "program", jobIds: ["a", "b"] },
      `
      Job 'a' runs '/my tools/x', which orch may not start
      ^ and 1 more job
      = add '--allow-run=/my tools/x'`,
    ],
    [
      { permission: { kind: "run", program: "git" }, use: "branch", jobIds: ["a"] },
      `
      Job 'a' depends on the branch, and orch may not ask 'git' for it
      = add --allow-run=git`,
    ],
    [
      { permission: { kind: "env", name: "GITHUB_REF_NAME" }, use: "branch", jobIds: ["a"] },
      `
      Job 'a' depends on the branch, and orch may not read 'GITHUB_REF_NAME', which may name it
      = add --allow-env=GITHUB_REF_NAME`,
    ],
    [
      { permission: { kind: "net", host: "h:443" }, use: "request", jobIds: ["a"] },
      `
      Job 'a' sends a request to 'h:443', which orch may not reach
      = add --allow-net=h:443`,
    ],
    [
      { permission: { kind: "env", name: "TOKEN" }, use: "variable", jobIds: ["a"] },
      `
      Job 'a' uses the variable 'TOKEN', which orch may not read
      = add --allow-env=TOKEN`,
    ],
    [
      { permission: { kind: "env", name: "TOKEN" }, use: "variable", jobIds: [] },
      `
      The workflow uses the variable 'TOKEN', which orch may not read
      = add --allow-env=TOKEN`,
    ],
    [
      { permission: { kind: "read", path: "/x\x1b[2J" }, use: "folder", jobIds: ["a"] },
      `
      Job 'a' works in '/x␛[2J', which orch may not read
      = add $'--allow-read=/x\\033[2J'`,
    ],
    [
      { permission: { kind: "read", path: "/x/a.py" }, use: "script", jobIds: ["a"] },
      `
      Job 'a' runs the script '/x/a.py', which orch may not read
      = add --allow-read=/x/a.py`,
    ],
    [
      { permission: { kind: "sys", name: "systemMemoryInfo" }, use: "memory", jobIds: ["a"] },
      `
      Job 'a' reserves memory, and orch may not ask the system how much there is
      = add --allow-sys=systemMemoryInfo`,
    ],
    [
      { permission: { kind: "read", path: "/x/w.yaml" }, use: "file", jobIds: [] },
      `
      Deno does not let orch read the workflow file '/x/w.yaml'
      = add --allow-read=/x/w.yaml; then orch permissions shows what else a run needs`,
    ],
    [
      { permission: { kind: "write", path: "/x/.orch" }, use: "state", jobIds: [] },
      `
      Runs are kept in '/x/.orch', which orch may not write
      = add --allow-write=/x/.orch`,
    ],
    [
      { permission: { kind: "write", path: "/x" }, use: "output", jobIds: [] },
      `
      The results go into '/x', which orch may not write
      = add --allow-write=/x`,
    ],
    [
      { permission: { kind: "read", path: "/w/x" }, use: "module", jobIds: ["a"] },
      `
      Job 'a' needs a plugin, and orch may not read its folder '/w/x'
      = add --allow-read=/w/x`,
    ],
    [
      { permission: { kind: "net", host: "h:443" }, use: "plugin", jobIds: ["a", "b"] },
      `
      Job 'a' needs a plugin that may reach 'h:443', which orch itself may not
      ^ and 1 more job
      = add --allow-net=h:443`,
    ],
    [
      { permission: { kind: "run", program: null }, use: "plugin", jobIds: ["a"] },
      `
      Job 'a' needs a plugin that may start anything, which orch itself may not
      = add --allow-run`,
    ],
  ],
  E313: [
    [
      { variable: "LD_PRELOAD", jobId: "a", setBy: "job" },
      `
      Job 'a' sets LD_PRELOAD: orch is not allowed to start programs with it
      = start orch with a plain --allow-run, without a list of programs, or remove it`,
    ],
    [
      { variable: "LD_PRELOAD", jobId: null, setBy: "workflow" },
      `
      The workflow sets LD_PRELOAD: orch is not allowed to start programs with it
      = start orch with a plain --allow-run, without a list of programs, or remove it`,
    ],
    [
      { variable: "LD_LIBRARY_PATH", jobId: null, setBy: "environment" },
      `
      LD_LIBRARY_PATH is set in the environment: orch is not allowed to start programs with it
      = start orch with a plain --allow-run, without a list of programs, or unset it: env -u LD_LIBRARY_PATH …`,
    ],
  ],
});

checkMessages<`E4${string}`>({
  E401: [
    [
      { option: "--only", jobId: "bulid", suggestion: "build" },
      `
      --only names a job that does not exist: 'bulid'
      = did you mean 'build'?`,
    ],
    [
      { option: "--only", jobId: "x\x1b[2J", suggestion: null },
      `
      --only names a job that does not exist: 'x␛[2J'`,
    ],
  ],
  E402: [
    [
      { option: "--tags", tag: "tset", suggestion: "test" },
      `
      --tags names a tag that no job has: 'tset'
      = did you mean 'test'?`,
    ],
  ],
  E403: [
    [
      {},
      `
      No job is left to run
      = --only, --tags and --skip-tags together exclude every job`,
    ],
  ],
});
