/** What a diagnostic means at length: for people who have seen its one line and want to know more. */

/** One diagnostic code. */
export interface Explanation {
  /** What is wrong, as a fragment. */
  readonly title: string;
  /** Why that is refused, and what is wanted, in sentences. */
  readonly meaning: string;
  readonly wrong: Example;
  readonly right: Example;
}

/** A workflow file, and the command that meets the mistake where `orch validate` does not. */
export interface Example {
  /** What stands in `workflow.yaml`; empty where there is no file. */
  readonly file: string;
  readonly command?: string;
}

/** An example without the indentation of its first line. */
export function example(template: string, command?: string): Example {
  const lines = template.replace(/^\n/, "").trimEnd().split("\n");
  const indent = /^ */.exec(lines[0]!)![0].length;
  const file = lines.map((line) => line.slice(indent)).join("\n");
  return command === undefined ? { file } : { file, command };
}
