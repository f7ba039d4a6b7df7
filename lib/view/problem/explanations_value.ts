/** The explanations of mistakes in values and on the command line: E3xx and E4xx. */
import type { DiagnosticCode } from "../../core/workflow/diagnostic.ts";
import { example, type Explanation } from "./explanation.ts";

type ValueCode = Extract<DiagnosticCode, `E3${string}` | `E4${string}`>;

const SELECTED = `
  name: demo
  jobs:
    - id: build
      command: make
      tags: [ci]
    - id: test
      command: make test
      tags: [ci]`;

/** By code. */
export const VALUE_EXPLANATIONS: Readonly<Record<ValueCode, Explanation>> = {
  E301: {
    title: "a number is too small or too large",
    meaning:
      "Each number has bounds beyond which it makes no sense: a job has at least one attempt, a time limit is more than zero, a share is at most 1.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          retry_config: {max_attempts: 0}`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          retry_config: {max_attempts: 1}`),
  },
  E302: {
    title: "a value is none of those that a key takes",
    meaning: "Some keys take one of a few words, such as the method of a request.",
    wrong: example(`
      name: demo
      jobs:
        - id: notify
          job_type: http
          command: https://example.com/hook
          http: {method: SEND}`),
    right: example(`
      name: demo
      jobs:
        - id: notify
          job_type: http
          command: https://example.com/hook
          http: {method: POST}`),
  },
  E303: {
    title: "a number cannot be represented exactly",
    meaning:
      "A whole number beyond 2^53 loses its last digits when it is read. It is most likely an identifier: quote it, and it is kept as it is written. Variables are text: a number that would read otherwise than it is written, such as 1.10, which is 1.1, has to be quoted there as well.",
    wrong: example(`
      name: demo
      jobs:
        - id: deploy
          command: deploy $ACCOUNT
          environment: {ACCOUNT: 90071992547409931}`),
    right: example(`
      name: demo
      jobs:
        - id: deploy
          command: deploy $ACCOUNT
          environment: {ACCOUNT: "90071992547409931"}`),
  },
  E304: {
    title: "max_concurrent_jobs is not a valid number",
    meaning:
      "'max_concurrent_jobs' is a whole number, or an expression of whole numbers, $(nproc) and + - * /. It is calculated by orch, not by a shell: nothing else is allowed in it.",
    wrong: example(`
      name: demo
      global_config:
        max_concurrent_jobs: $(nproc --all)
      jobs:
        - id: build
          command: make`),
    right: example(`
      name: demo
      global_config:
        max_concurrent_jobs: $(($(nproc) * 2))
      jobs:
        - id: build
          command: make`),
  },
  E305: {
    title: "a reference to a variable cannot be read",
    meaning:
      "In values of 'environment', and in the URL, headers and body of a request, \${NAME} stands for a variable and \${NAME:-text} has text in its place where it is not set. Two dollar signs are one.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {TARGET: "\${HOME/out"}`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {TARGET: "\${HOME}/out"}`),
  },
  E306: {
    title: "the address of a request is not a URL",
    meaning:
      "The command of a job of type http is a whole URL, which begins with http:// or https://.",
    wrong: example(`
      name: demo
      jobs:
        - id: ping
          job_type: http
          command: example.com/health`),
    right: example(`
      name: demo
      jobs:
        - id: ping
          job_type: http
          command: https://example.com/health`),
  },
  E307: {
    title: "a text has a control character in it",
    meaning:
      "By an escape in its quotes the text has come to hold a character that terminals obey, or that ends a text for the system. Let the job make it, as printf does here.",
    wrong: example(`
      name: demo
      jobs:
        - id: red
          command: "printf '\\e[31mred'"`),
    right: example(`
      name: demo
      jobs:
        - id: red
          command: "printf '\\\\033[31mred'"`),
  },
  E308: {
    title: "a job needs more than there is",
    meaning:
      "The job reserves more memory or processor than the whole run may use, by the file or by the machine: it could never start. Nothing is started then, rather than all the others.",
    wrong: example(
      `
      name: demo
      global_config:
        resource_limits: {max_memory_mb: 512}
      jobs:
        - id: build
          command: make
          resource_limits: {max_memory_mb: 1024}`,
      "orch run workflow.yaml",
    ),
    right: example(
      `
      name: demo
      global_config:
        resource_limits: {max_memory_mb: 512}
      jobs:
        - id: build
          command: make
          resource_limits: {max_memory_mb: 256}`,
      "orch run workflow.yaml --dry-run",
    ),
  },
  E309: {
    title: "a variable or a header cannot have that name",
    meaning:
      "The name of an environment variable is letters, digits and '_', and does not begin with a digit. The name of an HTTP header has no spaces, and neither name nor value a line break.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {build-mode: release}`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {BUILD_MODE: release}`),
  },
  E310: {
    title: "a value is empty",
    meaning:
      "The key is there, and its text is empty or only spaces. Give it a value, or leave the key out.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: ""`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make`),
  },
  E311: {
    title: "orch lacks a permission that a run needs",
    meaning:
      "Deno lets orch do only what flags allow: start the programs that --allow-run names, reach the hosts of --allow-net, and so on. orch permissions prints the flags that a workflow needs. Without sh, each command must be one program with plain arguments: no quotes, variables, pipes or lists of commands.",
    wrong: example(
      `
      name: demo
      jobs:
        - id: build
          command: make > build.log`,
      "deno run --allow-run=make ... main.ts run workflow.yaml",
    ),
    right: example(
      `
      name: demo
      jobs:
        - id: build
          command: make`,
      "deno run --allow-run=make ... main.ts run workflow.yaml",
    ),
  },
  E312: {
    title: "a limit that must be enforced cannot be",
    meaning:
      "The job says 'enforce: require', and nothing on this machine can hold it to its limit. orch doctor says what can be enforced here, and what that takes. With best-effort the job runs all the same.",
    wrong: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          resource_limits: {max_cpu_percent: 50}
          enforce: require`,
      "orch run workflow.yaml",
    ),
    right: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          resource_limits: {max_cpu_percent: 50}
          enforce: best-effort`,
      "orch run workflow.yaml --dry-run",
    ),
  },
  E314: {
    title: "a job with processes of its own means to leave one",
    meaning:
      "With 'processes: own' a job runs in a process namespace, and whatever is in it ends with the job: nothing can be left behind, so 'leaves: true' contradicts it. A daemon is started by a job that shares the processes of the machine.",
    wrong: example(`
      name: demo
      jobs:
        - id: serve
          command: ./server --daemon
          processes: own
          leaves: true`),
    right: example(`
      name: demo
      jobs:
        - id: serve
          command: ./server --daemon
          leaves: true`),
  },
  E315: {
    title: "processes of its own are not to be had",
    meaning:
      "The job says 'processes: own', for which orch makes a process namespace with unshare. That needs Linux, and for others than root a system that allows user namespaces, which many containers and some distributions do not. orch doctor says what is in the way. With shared the job sees the processes of the machine.",
    wrong: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          processes: own`,
      "orch run workflow.yaml",
    ),
    right: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          processes: shared`,
      "orch run workflow.yaml --dry-run",
    ),
  },
  E313: {
    title: "a variable keeps orch from starting programs",
    meaning:
      "Where orch may start only the programs that --allow-run names, Deno starts none with a variable for the linker set, such as LD_PRELOAD: another's code could run under an allowed name. Take it out, or let orch start every program.",
    wrong: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          environment: {LD_PRELOAD: /usr/lib/libfaketime.so}`,
      "deno run --allow-run=make ... main.ts run workflow.yaml",
    ),
    right: example(
      `
      name: demo
      jobs:
        - id: build
          command: make
          environment: {LD_PRELOAD: /usr/lib/libfaketime.so}`,
      "deno run --allow-run ... main.ts run workflow.yaml",
    ),
  },
  E401: {
    title: "a flag names a job that does not exist",
    meaning: "Flags such as --only take ids of jobs in the file. orch analyze lists them.",
    wrong: example(SELECTED, "orch run workflow.yaml --only bild"),
    right: example(SELECTED, "orch run workflow.yaml --only build --dry-run"),
  },
  E402: {
    title: "a flag names a tag that no job has",
    meaning: "--tags and --skip-tags take tags that stand under 'tags' of at least one job.",
    wrong: example(SELECTED, "orch run workflow.yaml --tags deploy"),
    right: example(SELECTED, "orch run workflow.yaml --tags ci --dry-run"),
  },
  E403: {
    title: "no job is left to run",
    meaning: "What --only and --tags choose, --skip-tags leaves out again.",
    wrong: example(SELECTED, "orch run workflow.yaml --skip-tags ci"),
    right: example(SELECTED, "orch run workflow.yaml --only build --dry-run"),
  },
};
