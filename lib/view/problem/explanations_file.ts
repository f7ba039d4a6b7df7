/** The explanations of mistakes in the file as a whole and in its syntax: E1xx. */
import type { DiagnosticCode } from "../../core/workflow/diagnostic.ts";
import { example, type Explanation } from "./explanation.ts";

type FileCode = Extract<DiagnosticCode, `E1${string}`>;

const SMALL = example(`
  name: demo
  jobs:
    - id: build
      command: make`);

/** By code. */
export const FILE_EXPLANATIONS: Readonly<Record<FileCode, Explanation>> = {
  E101: {
    title: "the file cannot be read",
    meaning:
      "No file has this name, or it is a folder, or orch may not read it. Paths are relative to the current folder. A dash means standard input.",
    wrong: { file: "", command: "orch run worklfow.yaml" },
    right: { ...SMALL, command: "orch run workflow.yaml --dry-run" },
  },
  E102: {
    title: "the file is too large",
    meaning:
      "A workflow describes jobs, and a file over 64 MiB is most likely something else. Keep data in separate files and let the jobs read them.",
    wrong: example(`
      name: demo
      jobs:
        - id: load
          command: load-data (64 MiB of data)`),
    right: example(`
      name: demo
      jobs:
        - id: load
          command: load-data data.csv`),
  },
  E103: {
    title: "the file is not UTF-8",
    meaning:
      "Workflow files are text in UTF-8, with or without a byte order mark. This file contains invalid bytes. Most editors can save it as UTF-8.",
    wrong: example(`
      name: café            # saved as Latin-1
      jobs:
        - id: brew
          command: make coffee`),
    right: example(`
      name: café            # saved as UTF-8
      jobs:
        - id: brew
          command: make coffee`),
  },
  E104: {
    title: "the file contains a control character",
    meaning:
      "Control characters other than tabs and line breaks are invisible, and terminals obey them. If a job needs one, write an escape, as in this example for printf.",
    wrong: example(`
      name: demo
      jobs:
        - id: red
          command: printf '␛[31mred'`),
    right: example(`
      name: demo
      jobs:
        - id: red
          command: printf '\\033[31mred'`),
  },
  E105: {
    title: "the YAML or JSON is invalid",
    meaning:
      "The text breaks the rules of its format, so orch cannot read it. In YAML, the usual causes are tabs, lines that do not start in the same column, an unclosed quote, and a value that contains ': '. Files that end in .json are read as JSON.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: echo step: one`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: "echo step: one"`),
  },
  E106: {
    title: "the file contains more than one document",
    meaning: "In YAML, a line '---' starts another document. A file holds one workflow.",
    wrong: example(`
      name: first
      jobs:
        - id: a
          command: make
      ---
      name: second
      jobs:
        - id: b
          command: make`),
    right: SMALL,
  },
  E107: {
    title: "a key is defined twice",
    meaning:
      "A key may appear only once in a mapping. Otherwise one of the values would be lost silently.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          timeout: 60
          timeout: 600`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          timeout: 600`),
  },
  E108: {
    title: "an alias contains itself, or expands too far",
    meaning:
      "An alias (*name) stands for the value that its anchor (&name) marks. That value must not contain the alias itself, and aliases must not expand a small file into an enormous one.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: &env
            COPY: *env`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: &env
            MODE: release
        - id: test
          command: make test
          environment: *env`),
  },
  E109: {
    title: "values are nested too deep",
    meaning:
      "Lists and mappings may be nested 64 levels deep, which is more than a workflow needs.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          tags: [[[[...]]]]`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          tags: [ci]`),
  },
  E110: {
    title: "the file is not a mapping",
    meaning:
      "A workflow is a mapping with at least 'name' and 'jobs'. This file is empty, or holds a list or a single value.",
    wrong: example(`
      - id: build
        command: make`),
    right: SMALL,
  },
  E111: {
    title: "a key is reserved",
    meaning:
      "A few names have a special meaning in JavaScript and cannot be keys: __proto__, constructor and prototype.",
    wrong: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {constructor: gcc}`),
    right: example(`
      name: demo
      jobs:
        - id: build
          command: make
          environment: {CC: gcc}`),
  },
};
