/** The results file: `--output`. */
import { resultsOf, type RunResults } from "../../engine/results.ts";
import { jsonText } from "../../view/text/json_text.ts";
import { writeOutput } from "../base/output_files.ts";

/** Writes the results document to `path`, whole or not at all. */
export function writeResults(path: string, results: RunResults): void {
  writeOutput(results.world, path, jsonText(resultsOf(results)));
}
