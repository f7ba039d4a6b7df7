/** Which jobs of a workflow a run is about: `--only`, `--tags`, `--skip-tags`. */
import {
  AT_DOCUMENT,
  type Checked,
  type Diagnostic,
  diagnosticAt,
} from "../workflow/diagnostic.ts";
import { didYouMean } from "../base/did_you_mean.ts";
import type { Job, Workflow } from "../workflow/workflow.ts";

/** What the command line asked for; empty lists ask for nothing. */
export interface Selection {
  readonly only: readonly string[];
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  /** Whether the dependencies of what is asked for come along. */
  readonly withDependencies: boolean;
}

/** Every job. */
export const EVERYTHING: Selection = { only: [], tags: [], skipTags: [], withDependencies: true };

/**
 * The indices of the selected jobs, in file order. A job that is left out counts as done: what depends
 * on it does not wait for it. Unknown ids and tags, and a selection of nothing, are diagnostics.
 */
export function selectJobs(workflow: Workflow, selection: Selection): Checked<readonly number[]> {
  const { jobs } = workflow;
  const diagnostics = unknownNames(workflow, selection);
  if (diagnostics.length > 0) return { ok: false, diagnostics };

  const only = new Set(selection.only);
  const asksForNothing = only.size === 0 && selection.tags.length === 0;
  const wanted = jobs.map((job) =>
    asksForNothing || only.has(job.id) || hasTag(job, selection.tags)
  );
  if (selection.withDependencies) addDependencies(jobs, wanted);
  const selected = jobs.flatMap((job, i) =>
    wanted[i] && !hasTag(job, selection.skipTags) ? [i] : []
  );
  if (selected.length === 0) {
    return { ok: false, diagnostics: [diagnosticAt(AT_DOCUMENT, { code: "E403" })] };
  }
  return { ok: true, value: selected };
}

function hasTag(job: Job, tags: readonly string[]): boolean {
  return tags.some((tag) => job.tags.includes(tag));
}

function addDependencies(jobs: readonly Job[], wanted: boolean[]): void {
  const indexOf = new Map(jobs.map((job, i) => [job.id, i]));
  const queue = jobs.flatMap((_, i) => wanted[i] ? [i] : []);
  for (let read = 0; read < queue.length; read++) {
    for (const id of jobs[queue[read]!]!.dependencies) {
      const dependency = indexOf.get(id)!;
      if (wanted[dependency]) continue;
      wanted[dependency] = true;
      queue.push(dependency);
    }
  }
}

function unknownNames(workflow: Workflow, selection: Selection): Diagnostic[] {
  const found: Diagnostic[] = [];
  const ids = new Set(workflow.jobs.map((job) => job.id));
  for (const jobId of selection.only) {
    if (ids.has(jobId)) continue;
    const detail = {
      code: "E401",
      option: "--only",
      jobId,
      suggestion: didYouMean(jobId, ids),
    } as const;
    found.push(diagnosticAt(AT_DOCUMENT, detail));
  }
  const known = new Set(workflow.jobs.flatMap((job) => job.tags));
  for (
    const [option, tags] of [["--tags", selection.tags], [
      "--skip-tags",
      selection.skipTags,
    ]] as const
  ) {
    for (const tag of tags) {
      if (known.has(tag)) continue;
      const detail = { code: "E402", option, tag, suggestion: didYouMean(tag, known) } as const;
      found.push(diagnosticAt(AT_DOCUMENT, detail));
    }
  }
  return found;
}
