/**
 * What GitHub's own parser finds wrong with workflows and actions, expressions included: paths as
 * arguments, one JSON object from each path to its problems on standard output.
 */
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/index";

const problems: Record<string, string[]> = {};
for (const path of Deno.args) {
  const file = { name: path, content: Deno.readTextFileSync(path) };
  const trace = new NoOperationTraceWriter();
  const parsed = /\baction\.ya?ml$/.test(path)
    ? parseAction(file, trace)
    : parseWorkflow(file, trace);
  problems[path] = parsed.context.errors.getErrors()
    .map(({ range, rawMessage }) => `line ${range?.start.line}: ${rawMessage}`);
}
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(problems)));
