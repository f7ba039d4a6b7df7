/** Reports of a run for other programs and for people: `--report junit=PATH` and `--report md=PATH`. */
import type { ReportKind } from "../../core/base/choices.ts";
import { summarize } from "../../core/run/summary.ts";
import { type RunOutput, tailsOf } from "../../engine/results.ts";
import { actionsSummary } from "../../view/report/markdown.ts";
import { junitText } from "../../view/report/junit.ts";
import { writeOutput } from "../base/output_files.ts";

/** A report that is to be written. */
export interface ReportRequest {
  readonly kind: ReportKind;
  readonly path: string;
}

/** Output of one stream of one attempt in a report. */
const REPORT_TAIL_BYTES = 64 * 1024;

/** Writes one report, whole or not at all. `file` is the workflow file, as the user named it. */
export function writeReport(
  { kind, path }: ReportRequest,
  run: RunOutput & { readonly file: string },
): void {
  writeOutput(run.world, path, REPORTS[kind](run));
}

const REPORTS: Readonly<
  Record<ReportRequest["kind"], (run: RunOutput & { readonly file: string }) => string>
> = {
  junit: ({ state, directory, file, world }) =>
    junitText(state, {
      file,
      outputOf(jobId, attempt) {
        const files = directory.filesOf(jobId, attempt);
        const tail = (path: string) => world.files.readTail(path, REPORT_TAIL_BYTES).text;
        return { stdout: tail(files.stdout), stderr: tail(files.stderr) };
      },
    }),
  md: (run) =>
    actionsSummary(run.state, summarize(run.state), {
      bytes: Infinity,
      tailsOf: (jobId) => tailsOf(jobId, run),
    }),
};
