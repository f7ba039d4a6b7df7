/** The words of mistakes in values and on the command line. */
import { checkMessages } from "./check_messages.ts";

checkMessages<`E3${string}`>({
  E301: [
    [
      { key: "timeout", value: "0", bound: "more_than", limit: 0 },
      `
      'timeout' must be more than 0: found 0`,
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
      Number 9007199254740993 cannot be kept exactly
      = quote it if it is text, else use a smaller one`,
      "9007199254740993",
    ],
    [
      { value: "NaN" },
      `
      Number .nan cannot be kept exactly
      = quote it if it is text, else use a smaller one`,
      ".nan",
    ],
    [
      { value: "Infinity" },
      `
      Number Infinity cannot be kept exactly
      = quote it if it is text, else use a smaller one`,
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
      Reference '\${HOME' has no closing brace
      = write \${NAME}; for a dollar sign write $$`,
    ],
    [
      { text: "${1X}", problem: "name" },
      `
      Reference '\${1X}' does not name a variable
      = write \${NAME} or \${NAME:-default}`,
    ],
    [
      { text: "${" + "x".repeat(100_000), problem: "unclosed" },
      `
      Reference '\${${"x".repeat(77)}…' has no closing brace
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
      Text must not hold control characters: found U+0007
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
      ^ more than there is
      = lower it, or raise global_config.resource_limits`,
    ],
    [
      { jobId: "x", resource: "cpu", needed: 900, available: 800, availableFrom: "machine" },
      `
      Insufficient resources to start job 'x': it needs 900 % CPU, this machine has 800 % CPU
      ^ more than there is
      = lower it, or run on a larger machine`,
    ],
  ],
  E309: [
    [
      { kind: "variable", name: "1A" },
      `
      Name '1A' cannot name an environment variable
      = a name is letters, digits and '_', and does not begin with a digit`,
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
      = give it a value, or leave the key out`,
    ],
  ],
  E312: [
    [
      { jobId: "a", limit: "max_cpu_percent" },
      `
      Job 'a' requires 'max_cpu_percent', which nothing here can enforce
      = orch doctor says why; enforce: best-effort runs it all the same`,
    ],
  ],
  E311: [
    [
      { jobId: "a", program: "sh", needsShell: true },
      `
      Job 'a' needs a shell, which orch may not run here
      = add --allow-run=sh, or write it as one program with plain arguments`,
    ],
    [
      { jobId: "a", program: "make", needsShell: false },
      `
      Job 'a' runs 'make', which orch may not start
      = add --allow-run=make`,
    ],
  ],
  E313: [
    [
      { variable: "LD_PRELOAD", jobId: "a", setBy: "job" },
      `
      Job 'a' sets LD_PRELOAD, with which orch may start no program here
      = add --allow-run without a list of programs, or take it out`,
    ],
    [
      { variable: "LD_PRELOAD", jobId: null, setBy: "workflow" },
      `
      The workflow sets LD_PRELOAD, with which orch may start no program here
      = add --allow-run without a list of programs, or take it out`,
    ],
    [
      { variable: "LD_LIBRARY_PATH", jobId: null, setBy: "environment" },
      `
      LD_LIBRARY_PATH is set in the environment, and orch may then start no program here
      = add --allow-run without a list of programs, or unset it: env -u LD_LIBRARY_PATH …`,
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
      = --only, --tags and --skip-tags together leave nothing`,
    ],
  ],
});
