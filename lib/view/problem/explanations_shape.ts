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
      "Each key takes text, a number, true or false, a list or a mapping. In YAML a bare 1.10 is a number and true is no text: quote what is meant as text. Times are seconds, sizes megabytes, as plain numbers.",
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
    title: "there is no such key",
    meaning:
      "A key that orch does not know would do nothing, and whoever wrote it meant something: so it is refused. Most are slips of the pen, or keys of other tools.",
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
    meaning: "A workflow needs 'name' and 'jobs', and each job an 'id'.",
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
      "Each entry of 'dependencies' and of 'skip_if_failed' is the id of a job in the same file, with the same capital letters.",
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
      "None of these jobs could ever start, since each waits for the next and the last for the first. Remove one of the dependencies, or move what both need into a job of its own.",
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
      "Dependencies, logs and flags name jobs by their ids. Ids that differ in capital letters alone count as the same, since their logs would be one file on some systems.",
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
      "An id is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, a digit or '_': it becomes the name of a file. What people read goes under 'name'.",
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
    title: "there is no such job type",
    meaning: "A job is of type command (the default), script, python or http.",
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
      "A job of type script has 'script_path'; every other type has 'command': shell text, Python source, or the URL. Only jobs of type http have 'http'. The keys of a type that a plugin brings stand under 'with'.",
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
      "Jobs name the type of a plugin as their job_type. So it is a name of its own: not one of orch itself, and no other plugin's.",
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
      "A plugin needs a module that is there, can be loaded, and exports an executor as its default. A run, and 'orch validate --plugins', loads it without any permission to ask its schema: what needs one belongs into its function 'run'. It imports packages, Node's own modules and code of its own folder; other files, and any as text or JSON, only if its permissions.read lists them. What is imported must be written out as plain text, and files count by where links lead to.",
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
      "The keys of a job whose type a plugin brings stand under 'with'. The plugin has a schema for them, and these do not fit it: what it says is the schema's own. Only a run and 'orch validate --plugins' ask it.",
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
