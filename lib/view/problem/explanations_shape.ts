/** The explanations of mistakes in the shape of a workflow and in its graph: E2xx. */
import type { DiagnosticCode } from "../../core/workflow/diagnostic.ts";
import { example, type Explanation } from "./explanation.ts";

type ShapeCode = Extract<DiagnosticCode, `E2${string}`>;

/** The mistakes that only the code of a plugin tells. */
const ASKING_PLUGINS = "orch validate --plugins workflow.yaml";

/** By code. */
export const SHAPE_EXPLANATIONS: Readonly<Record<ShapeCode, Explanation>> = {
  E201: {
    title: "a value has the wrong type",
    meaning:
      "Each key takes text, a number, true or false, a list or a mapping. In YAML, a bare 1.10 is a number and a bare true is not text: quote a value that is meant as text. Times are plain numbers of seconds, and sizes are plain numbers of megabytes.",
    wrong: example(`
      name: demo
      version: 1.0
      jobs:
        - id: build
          command: make
          timeout: 5m
          tags: ci`),
    right: example(`
      name: demo
      version: "1.0"
      jobs:
        - id: build
          command: make
          timeout: 300
          tags: [ci]`),
  },
  E202: {
    title: "a key is unknown",
    meaning:
      "An unknown key would have no effect, so orch refuses it. Most unknown keys are typing mistakes, or keys of other tools.",
    wrong: example(`
      name: demo
      jobs:
        - id: test
          run: make test
          needs: [build]`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
        - id: test
          command: make test
          dependencies: [build]`),
  },
  E203: {
    title: "a key is missing",
    meaning: "A workflow needs 'name' and 'jobs', and each job needs an 'id'.",
    wrong: example(`
      name: demo
      jobs:
        - command: make`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make`),
  },
  E204: {
    title: "a job waits for one that does not exist",
    meaning:
      "Each entry of 'dependencies' and of 'skip_if_failed' is the id of a job in the same file, spelled with the same capital letters.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
        - id: test
          command: make test
          dependencies: [Build]`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
        - id: test
          command: make test
          dependencies: [build]`),
  },
  E205: {
    title: "jobs depend on each other in a cycle",
    meaning:
      "None of these jobs could ever start, because each waits for the next and the last waits for the first. Remove one of the dependencies, or move the work that both need into a separate job.",
    wrong: example(`
      name: demo
      jobs:
        - id: client
          command: make client
          dependencies: [server]
        - id: server
          command: make server
          dependencies: [client]`),
    right: example(`
      name: demo
      jobs:
        - id: protocol
          command: make protocol
        - id: client
          command: make client
          dependencies: [protocol]
        - id: server
          command: make server
          dependencies: [protocol]`),
  },
  E206: {
    title: "two jobs have the same id",
    meaning:
      "Dependencies, logs and flags name jobs by their ids. Ids that differ only in capital letters count as the same, because their logs would be the same file on some systems.",
    wrong: example(`
      name: demo
      jobs:
        - id: test
          command: make test-unit
        - id: test
          command: make test-e2e`),
    right: example(`
      name: demo
      jobs:
        - id: test_unit
          command: make test-unit
        - id: test_e2e
          command: make test-e2e`),
  },
  E207: {
    title: "a job id is not valid",
    meaning:
      "An id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'. It becomes part of file names. Use 'name' for a readable title.",
    wrong: example(`
      name: demo
      jobs:
        - id: Build the app
          command: make`),
    right: example(`
      name: demo
      jobs:
        - id: build
          name: Build the app
          command: make`),
  },
  E208: {
    title: "a job type is unknown",
    meaning:
      "A job has the type command (the default), script, python or http, or a type that a plugin provides.",
    wrong: example(`
      name: demo
      jobs:
        - id: report
          job_type: py
          command: print("done")`),
    right: example(`
      name: demo
      jobs:
        - id: report
          job_type: python
          command: print("done")`),
  },
  E209: {
    title: "a key does not fit the type of the job",
    meaning:
      "A job of type script has 'script_path'; every other type has 'command': shell text, Python source, or the URL. Only jobs of type http have 'http'. The keys of a plugin's job type go under 'with'.",
    wrong: example(`
      name: demo
      jobs:
        - id: test
          job_type: script
          command: ./test.sh`),
    right: example(`
      name: demo
      jobs:
        - id: test
          job_type: script
          script_path: ./test.sh`),
  },
  E210: {
    title: "there are no jobs",
    meaning: "The list under 'jobs' is empty, so there is nothing to run.",
    wrong: example(`
      name: demo
      jobs: []`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make`),
  },
  E211: {
    title: "a plugin cannot have this type",
    meaning:
      "Jobs use the type of a plugin as their job_type. So the type must be unique: neither a type that is built into orch nor the type of another plugin.",
    wrong: example(`
      name: demo
      plugins:
        - type: http
          path: ./greet.js
      jobs:
        - id: build
          command: make`),
    right: example(`
      name: demo
      plugins:
        - type: greet
          path: ./greet.js
      jobs:
        - id: hello
          job_type: greet
          with: {who: world}`),
  },
  E212: {
    title: "the module of a plugin cannot be used",
    meaning:
      "A plugin needs a module that exists, can be loaded, and exports an executor as its default. A run, and 'orch validate --plugins', loads the module without any permission to get its schema: code that needs a permission belongs in its function 'run'. The module may import packages, Node's built-in modules and code from its own folder. It may import other files, and any file as text or JSON, only if permissions.read lists them. Imports must be written as plain text, and a link counts as the file it leads to.",
    wrong: example(`
      name: demo
      plugins:
        - type: greet
          path: ./gret.js
      jobs:
        - id: hello
          job_type: greet
          with: {who: world}`),
    right: example(`
      name: demo
      plugins:
        - type: greet
          path: ./greet.js
      jobs:
        - id: hello
          job_type: greet
          with: {who: world}`),
  },
  E213: {
    title: "a plugin does not accept the keys of its job",
    meaning:
      "The keys of a job whose type a plugin provides go under 'with'. The plugin has a schema for them, and these keys do not match it; the message comes from that schema. Only a run and 'orch validate --plugins' check this.",
    wrong: example(
      `
      name: demo
      plugins:
        - type: greet
          path: ./greet.js
      jobs:
        - id: hello
          job_type: greet
          with: {who: 7}`,
      ASKING_PLUGINS,
    ),
    right: example(
      `
      name: demo
      plugins:
        - type: greet
          path: ./greet.js
      jobs:
        - id: hello
          job_type: greet
          with: {who: world}`,
      ASKING_PLUGINS,
    ),
  },
};
