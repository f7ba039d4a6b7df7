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
      "Each number has bounds: a job has at least one attempt, a time limit is more than zero, and a fraction is at most 1.",
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
    title: "a value is not one of those allowed",
    meaning: "Some keys accept only a few words, such as the method of a request.",
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
      "A whole number beyond 2^53 loses its last digits when it is read. It is most likely an identifier: quote it to keep it as written. Variables are text: quote a number there if it would be read differently, such as 1.10, which is read as 1.1.",
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
      "'max_concurrent_jobs' is a whole number, or an expression of whole numbers, $(nproc) and + - * /. orch calculates it without a shell, so nothing else is allowed in it.",
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
      "In values of 'environment', and in the URL, headers and body of a request, \${NAME} stands for a variable, and \${NAME:-text} gives the text to use if the variable is not set. Write two dollar signs for one.",
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
      "The command of a job of type http is a full URL that starts with http:// or https://.",
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
    title: "a text contains a control character",
    meaning:
      "An escape inside the quotes put a control character into the text. Terminals obey such characters, and some of them end a text for the system. Let the job produce the character, as printf does in this example.",
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
    title: "a job needs more than is available",
    meaning:
      "The job reserves more memory or processor time than the file allows or the machine has, so it could never start. In that case orch starts no job at all.",
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
      "The name of an environment variable consists of letters, digits and '_', and does not start with a digit. The name of an HTTP header has no spaces, and neither its name nor its value has a line break.",
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
    meaning: "The text of the key is empty or only spaces. Give it a value, or remove the key.",
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
      "Deno lets orch do only what its flags allow: start the programs in --allow-run, reach the hosts in --allow-net, and so on. orch permissions prints the flags that a workflow needs. Without sh, each command must be one program with plain arguments: no quotes, variables, pipes or lists of commands.",
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
    title: "a limit that must be enforced cannot be enforced",
    meaning:
      "The job sets 'enforce: require', but this machine cannot enforce the limit. orch doctor shows which limits can be enforced here, and what the others need. With best-effort, the job runs anyway.",
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
    title: "a job with its own processes cannot leave one running",
    meaning:
      "With 'processes: own', a job runs in its own process namespace, and every process in it ends with the job. So 'leaves: true' contradicts it. To start a daemon, use a job with 'processes: shared'.",
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
    title: "a job cannot have its own processes here",
    meaning:
      "The job sets 'processes: own', for which orch creates a process namespace with unshare. This needs Linux. Users other than root also need a system that allows user namespaces; many containers and some distributions do not. orch doctor shows the cause. With shared, the job sees the processes of the machine.",
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
      "If --allow-run lists the programs that orch may start, Deno starts none of them while a linker variable such as LD_PRELOAD is set: other code could run under an allowed name. Remove the variable, or allow orch to start every program.",
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
    meaning: "--tags and --skip-tags take tags that at least one job has under 'tags'.",
    wrong: example(SELECTED, "orch run workflow.yaml --tags deploy"),
    right: example(SELECTED, "orch run workflow.yaml --tags ci --dry-run"),
  },
  E403: {
    title: "no job is left to run",
    meaning: "--skip-tags excludes every job that --only and --tags choose.",
    wrong: example(SELECTED, "orch run workflow.yaml --skip-tags ci"),
    right: example(SELECTED, "orch run workflow.yaml --only build --dry-run"),
  },
};
