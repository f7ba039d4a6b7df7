/**
 * The shape of the workflow file, made of its keys (`workflow/workflow_keys.ts`). Shape only: what values must
 * fulfil is beside the keys, and what keys mean together (ids, graph, job types) is in `parse_workflow.ts`.
 */
import type { DocumentPath } from "./diagnostic.ts";
import { type DataOf, type FileKeys, shapeOf } from "./workflow/key.ts";
import { JOB_KEYS, WORKFLOW_KEYS } from "./workflow/workflow_keys.ts";

/** The data of a file once its shape is known. */
export type WorkflowData = DataOf<typeof WORKFLOW_KEYS>;

/** One entry of `jobs` once its shape is known. */
export type JobData = DataOf<typeof JOB_KEYS>;

/** The whole file. */
export const workflowSchema = shapeOf(WORKFLOW_KEYS);

/** One entry of `jobs`. */
export const jobSchema = shapeOf(JOB_KEYS);

/** The keys that may stand in the mapping at `path`, for suggestions; none where any may. */
export function keysAt(path: DocumentPath): readonly string[] {
  let keys: FileKeys | undefined = WORKFLOW_KEYS;
  for (const step of path) {
    // The keys of a list are those of its entries.
    if (typeof step === "string") keys = keys?.[step]?.inner;
  }
  return Object.keys(keys ?? {});
}
