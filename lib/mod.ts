/**
 * Runs the jobs of a workflow in parallel, in the order of their dependencies, from a program:
 *
 * ```ts
 * import { loadWorkflow, Orchestrator } from "@orch/orch";
 *
 * const orchestrator = new Orchestrator(await loadWorkflow("ci.yaml"));
 * orchestrator.addStatusCallback((eventType, data) => {
 *   if (eventType === "job_failed") console.error(`${data.job_id}: ${data.error_message}`);
 * });
 * const { status } = await orchestrator.run();
 * ```
 *
 * The program needs the permissions that `orch run` needs. What a run leaves behind, `orch history`,
 * `orch logs` and the others can show.
 *
 * @module
 */
export {
  type LoadedWorkflow,
  type LoadOptions,
  loadWorkflow,
  WorkflowError,
  type WorkflowProblem,
} from "./engine/load_workflow.ts";
export {
  Orchestrator,
  type OrchestratorStatus,
  type StatusCallback,
} from "./engine/orchestrator.ts";
export type { OrchestratorOptions } from "./engine/options.ts";
export type { EventResult, JobResult, Results } from "./view/report/results_shape.ts";
export type {
  JobCompletedData,
  JobEndedData,
  JobFailedData,
  JobRetryingData,
  JobSkippedData,
  JobStartedData,
  RunFinishedData,
  RunStartedData,
  StatusData,
  StatusEvent,
  StatusEvents,
  StatusEventType,
} from "./view/report/status_event.ts";
export type { JobStatus, Outputs, RunStatus } from "./core/run/event.ts";
export type {
  Action,
  Conditions,
  Environment,
  GlobalConfig,
  HttpAction,
  Job,
  JobEnvironment,
  Plugin,
  PluginAction,
  PluginPermissionKind,
  PluginPermissions,
  ProcessorExpression,
  ResourceLimits,
  RetryPolicy,
  Workflow,
} from "./core/workflow/workflow.ts";
