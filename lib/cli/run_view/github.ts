/**
 * A run as a step of GitHub Actions: lines, the output of each job folded, errors marked where the
 * workflow file has the job, and a page for the summary of the step.
 */
import { causeOf } from "../../core/base/cause.ts";
import type { JobOutputMode } from "../../core/base/choices.ts";
import type { RunState } from "../../core/run/state.ts";
import { summarize } from "../../core/run/summary.ts";
import {
  ANNOTATIONS_MAX,
  errorCommand,
  fencedText,
  groupText,
  summaryLostText,
} from "../../view/run/github.ts";
import { actionsSummary } from "../../view/report/markdown.ts";
import { outcomeText } from "../../view/run/outcome.ts";
import { noticeText } from "../../view/run/notice.ts";
import { lostText } from "../../view/run/omitted.ts";
import { commandsOf } from "../base/command_stream.ts";
import { endedAttempt, openJobOutput, prefixed, wholeOutput } from "./job_output.ts";
import { BoundedStream } from "./bounded_stream.ts";
import { PlainLines } from "./plain_lines.ts";
import { pathInRepository } from "../base/output.ts";
import { tailsOf } from "../../engine/results.ts";
import type { RunView, ViewOptions } from "./view.ts";

/** What GitHub takes for the summary of one step. */
const SUMMARY_BYTES_MAX = 2 ** 20;
const TOKEN_BYTES = 16;

type Options = ViewOptions & { readonly jobOutput: JobOutputMode };

/** Opens the view for GitHub Actions. */
export function openActions(state: RunState, options: Options): RunView {
  const { world } = options;
  const lines = new PlainLines(state, options);
  // Commands, and what stands behind their fence.
  const commands = new BoundedStream(commandsOf(world.stderr), lostText);
  const command = (text: string) => {
    lines.spoke();
    commands.print(text);
  };
  const isGrouped = options.jobOutput === "grouped";
  const output = openJobOutput({
    ...options,
    jobOutput: isGrouped ? "none" : options.jobOutput,
    print: (text, jobId) => command(fencedText(prefixed(text, jobId), newToken(options))),
  });
  return {
    show(event) {
      output.before(event);
      const line = lines.lineOf(event);
      const ended = isGrouped ? endedAttempt(event) : null;
      const text = ended === null ? "" : wholeOutput(ended, options);
      if (text !== "") command(groupText(line ?? "", text, newToken(options)));
      else if (line !== null) lines.print(`${line}\n`);
      output.after(event);
    },
    notice: (notice) => lines.print(`${noticeText(notice)}\n`),
    say: (text) => commands.printAll(fencedText(text, newToken(options))),
    suspend() {},
    resume() {},
    close() {
      output.close();
      lines.close();
    },
    async end(text) {
      commands.printAll(await errorCommands(state, options));
      // It shows the last lines of jobs that failed.
      commands.printAll(fencedText(text, newToken(options)));
      const path = world.env("GITHUB_STEP_SUMMARY");
      if (path !== undefined && path !== "") appendSummary(path, state, options);
    },
  };
}

function newToken({ world }: Options): string {
  return world.random(TOKEN_BYTES).toHex();
}

/** A command for each job that failed, ten at most. */
async function errorCommands(state: RunState, options: Options): Promise<string> {
  const failed = summarize(state).failed.slice(0, ANNOTATIONS_MAX);
  const positions = failed.length === 0 ? [] : await positionsOf(failed, state, options);
  return failed.map((index, i) => {
    const job = state.jobs[index]!;
    const outcome = job.phase === "settled" && job.status === "failed" ? job.outcome : null;
    return errorCommand({
      title: `${state.plan.jobs[index]!.id} failed`,
      message: outcome === null ? "failed" : outcomeText(outcome),
      file: options.workflowPath === null
        ? null
        : pathInRepository(options.workflowPath, options.world),
      position: positions[i] ?? null,
    });
  }).join("");
}

/** Where the file has the ids of these jobs. A file that has gone meanwhile has no places. */
async function positionsOf(
  jobs: readonly number[],
  { plan }: RunState,
  { world, workflowPath }: Options,
) {
  if (workflowPath === null) return [];
  try {
    const [bytes, { locatePlaces }] = await Promise.all([
      world.files.read(workflowPath),
      import("../../runtime/load/locate.ts"),
    ]);
    const paths = jobs.map((job) => ["jobs", plan.fileIndex[job]!, "id"]);
    return await locatePlaces(new TextDecoder().decode(bytes), paths);
  } catch {
    return [];
  }
}

/** A summary that cannot be written is no reason to fail a run. */
function appendSummary(path: string, state: RunState, options: Options): void {
  const { world, directory } = options;
  try {
    const used = world.files.stat(path)?.size ?? 0;
    const page = actionsSummary(state, summarize(state), {
      bytes: SUMMARY_BYTES_MAX - used,
      tailsOf: (jobId) =>
        options.jobOutput === "none" ? [] : tailsOf(jobId, { world, state, directory }),
    });
    if (page !== "") world.files.append(path, page);
  } catch (error) {
    const cause = causeOf(error);
    world.stderr.write(`${summaryLostText(cause)}\n`);
  }
}
