/** Kubernetes' types, named so that they are in the lock file: see `tests/support/tools.ts`. */
export type { CronJob, Job } from "kubernetes-types/batch/v1.d.ts";
export type { ConfigMap } from "kubernetes-types/core/v1.d.ts";
