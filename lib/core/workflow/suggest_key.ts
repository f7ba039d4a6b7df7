/** Which key of the format an unknown key most likely stands for. */
import { didYouMean } from "../base/did_you_mean.ts";

/** Keys of other tools, and what they are called here; the first that may stand in its place counts. */
const KEY_ALIASES: Readonly<Record<string, readonly string[]>> = {
  after: ["dependencies"],
  attempts: ["max_attempts", "retry_config"],
  backoff: ["backoff_factor"],
  branch: ["only_if_branch"],
  branches: ["only_if_branch"],
  cmd: ["command"],
  cmds: ["command"],
  concurrency: ["max_concurrent_jobs"],
  condition: ["conditions"],
  config: ["global_config"],
  cpu: ["max_cpu_percent", "resource_limits"],
  cpus: ["max_cpu_percent", "resource_limits"],
  cwd: ["working_directory"],
  data: ["body"],
  defaults: ["global_config"],
  delay: ["initial_delay"],
  depends: ["dependencies"],
  depends_on: ["dependencies"],
  deps: ["dependencies"],
  dir: ["working_directory"],
  directory: ["working_directory"],
  env: ["environment", "global_config"],
  exec: ["command"],
  factor: ["backoff_factor"],
  file: ["script_path"],
  global: ["global_config"],
  if: ["conditions"],
  kind: ["job_type"],
  labels: ["tags"],
  limits: ["resource_limits"],
  max_parallel: ["max_concurrent_jobs"],
  max_retries: ["max_attempts", "retry_config", "global_config"],
  memory: ["max_memory_mb", "resource_limits"],
  needs: ["dependencies"],
  only: ["conditions"],
  parallel: ["max_concurrent_jobs"],
  parallelism: ["max_concurrent_jobs"],
  path: ["script_path"],
  payload: ["body"],
  requires: ["dependencies"],
  resources: ["resource_limits"],
  retries: ["max_attempts", "max_retries", "retry_config"],
  retry: ["max_retries", "retry_config"],
  run: ["command"],
  settings: ["global_config"],
  shell: ["command"],
  stages: ["jobs"],
  status: ["expect_status"],
  steps: ["jobs", "command"],
  tasks: ["jobs"],
  time_limit: ["timeout", "max_execution_time"],
  title: ["name"],
  type: ["job_type"],
  url: ["command"],
  uses: ["job_type"],
  variables: ["environment", "global_config"],
  vars: ["environment", "global_config"],
  when: ["conditions"],
  workdir: ["working_directory"],
  workers: ["max_concurrent_jobs"],
};

/** Shorter beginnings of a key may stand for anything. */
const BEGINNING_MIN = 4;

/**
 * The key that was meant by `name`, of the `known` that may stand in its place: what other tools call
 * so, then the nearest in spelling, then the only one that begins alike; `null` where there is none.
 */
export function suggestKey(name: string, known: readonly string[]): string | null {
  const plain = name.toLowerCase().replaceAll("-", "_");
  const called = Object.hasOwn(KEY_ALIASES, plain) ? KEY_ALIASES[plain]! : [];
  const here = called.find((key) => known.includes(key));
  return here ?? didYouMean(name, known) ?? onlyBeginningAlike(plain, known);
}

function onlyBeginningAlike(name: string, known: readonly string[]): string | null {
  if (name.length < BEGINNING_MIN) return null;
  const alike = known.filter((key) => key.startsWith(name) || name.startsWith(`${key}_`));
  return alike.length === 1 ? alike[0]! : null;
}
