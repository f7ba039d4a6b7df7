/** `orch create`, as it is called. */
import { TEMPLATES } from "../../../core/base/choices.ts";
import { command } from "../../base/command.ts";
import { flag, text } from "../../base/flags.ts";

export const create = command({
  name: "create",
  brief: "Write a workflow file to start from",
  about:
    "Writes a workflow that runs as it is, made from a template. The ending of the file says " +
    "whether it is YAML or JSON.",
  flags: {
    name: {
      kind: "parsed",
      parse: text,
      brief: "Name of the workflow",
      placeholder: "name",
      short: "n",
      complete: null,
    },
    output: {
      kind: "parsed",
      parse: text,
      brief: "File to write: .yaml or .json",
      placeholder: "file",
      short: "o",
      complete: "files",
    },
    template: {
      kind: "enum",
      values: TEMPLATES,
      default: "ci",
      brief: "Template to start from",
      placeholder: "name",
      short: "t",
    },
    force: { ...flag("Overwrite the file if it exists"), short: "f" },
  },
  examples: ["orch create --name nightly --output nightly.yaml --template data"],
  async load() {
    const { create } = await import("./create_impl.ts");
    return ({ flags, world }) => create(flags, world);
  },
});
