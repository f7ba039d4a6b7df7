/** What an editor says of the keys of the workflow file, by their path; `*` stands for any place in a list. */
export const KEY_TEXTS: Readonly<Record<string, string>> = {
  "": "A workflow that orch runs: jobs, and the order their dependencies ask for.",
  "name": "Name of the workflow.",
  "version": "Its version, as text.",
  "description": "What it is for.",
  "global_config": "What holds for the run and for all jobs.",
  "global_config.max_retries":
    "Retries after the first attempt, for jobs without retry_config. 0 to 999.",
  "global_config.timeout": "Seconds for one attempt, for jobs without their own timeout.",
  "global_config.max_concurrent_jobs":
    "Jobs at a time: a number, or $(nproc) with + - * / such as $(($(nproc) * 2)). The flag -c wins over it.",
  "global_config.environment": "Variables for every job; a job's own win.",
  "global_config.resource_limits": "What all running jobs together may reserve.",
  "global_config.resource_limits.max_memory_mb":
    "Memory in MB that all running jobs together may reserve. Default: what the machine has.",
  "global_config.resource_limits.max_cpu_percent":
    "Processor time that all running jobs together may reserve; 100 is one processor. Default: no limit.",
  "global_config.enforce":
    "For jobs without their own: require starts nothing where a limit cannot be enforced.",
  "global_config.processes": "For jobs without their own.",
  "plugins": "Job types of one's own: modules that run in workers with the permissions listed.",
  "plugins.*.type": "What jobs name as their job_type.",
  "plugins.*.path": "The module, from the folder of this file.",
  "plugins.*.permissions": "What its code may reach: nothing where nothing is listed.",
  "plugins.*.permissions.net": "Hosts it may speak to, or true for all of them.",
  "plugins.*.permissions.read": "Paths it may read, or true for all of them.",
  "plugins.*.permissions.write": "Paths it may write, or true for all of them.",
  "plugins.*.permissions.env": "Variables it may read, or true for all of them.",
  "plugins.*.permissions.run": "Programs it may start, or true for all of them.",
  "plugins.*.permissions.sys": "Facts of the system it may ask for, or true for all of them.",
  "jobs": "The jobs, in any order.",
  "jobs.*": "One job: what to do, after what, within which limits.",
  "jobs.*.id":
    "Unique. 1 to 64 letters, digits, '_', '.', '-'; begins with a letter, a digit or '_'.",
  "jobs.*.name": "Name of the job. Default: its id.",
  "jobs.*.job_type":
    "What runs: shell text, a script file, Python source, an HTTP request, or the type of a plugin.",
  "jobs.*.command":
    "Shell text for /bin/sh (any number of lines), Python source, or the URL, by job_type.",
  "jobs.*.script_path":
    "The script of a script job. Its ending says what runs it: .py, .sh, .bash, .js, .mjs, .ts; others run by themselves.",
  "jobs.*.working_directory": "Relative to the folder of the workflow file.",
  "jobs.*.environment":
    "Variables of the job. $VAR, ${VAR} and ${VAR:-default} are taken from the environment around it; $$ is a dollar.",
  "jobs.*.dependencies": "Ids of jobs that must have succeeded first.",
  "jobs.*.conditions": "When to skip the job.",
  "jobs.*.conditions.skip_if_failed":
    "Ids of jobs to wait for; the job is skipped if one of them failed.",
  "jobs.*.conditions.only_if_branch":
    "A branch, a glob such as release/*, or a list: on others the job is skipped.",
  "jobs.*.retry_config": "Whether and when a failed attempt is tried again.",
  "jobs.*.retry_config.max_attempts": "All attempts, the first included.",
  "jobs.*.retry_config.initial_delay": "Seconds before the second attempt.",
  "jobs.*.retry_config.max_delay": "Longest wait in seconds.",
  "jobs.*.retry_config.backoff_factor": "Each further wait is this much longer.",
  "jobs.*.retry_config.jitter": "Share by which a wait may vary, 0 to 1.",
  "jobs.*.resource_limits": "What the job may use, and what is reserved for it.",
  "jobs.*.resource_limits.max_memory_mb":
    "Memory in MB: reserved while the job runs; on Linux a job that uses more is killed.",
  "jobs.*.resource_limits.max_cpu_percent":
    "Processor time, 100 is one processor: reserved while the job runs, where the file has such a limit for all.",
  "jobs.*.resource_limits.max_execution_time":
    "Seconds for one attempt; with timeout, the smaller of the two counts.",
  "jobs.*.resource_limits.max_concurrent_jobs":
    "At most that many jobs run while this one does, itself included.",
  "jobs.*.timeout": "Seconds for one attempt, fractions allowed.",
  "jobs.*.enforce":
    "require: nothing is started where a limit of this job cannot be enforced. best-effort: it runs all the same.",
  "jobs.*.idempotent":
    "false: where it cannot be told whether an attempt did its work, orch resume asks instead of doing it again.",
  "jobs.*.leaves":
    "true: what the job has left in the background when it ends is meant to stay, and not ended with the run.",
  "jobs.*.processes":
    "own: in a process namespace the job sees no processes but its own, and all of them end with it. shared: it sees those of the machine.",
  "jobs.*.tags": "For --tags and --skip-tags.",
  "jobs.*.with": "What a job of a plugin's type takes: keys of its own.",
  "jobs.*.http": "The request of an http job.",
  "jobs.*.http.method": "Method of the request.",
  "jobs.*.http.headers": "Headers to send. ${VAR} is replaced.",
  "jobs.*.http.body": "What to send. ${VAR} is replaced.",
  "jobs.*.http.expect_status": "Accepted status codes. Default: any 2xx.",
};

/** The line by which the YAML language server of editors finds the schema. */
export function modeline(schemaAddress: string): string {
  return `# yaml-language-server: $schema=${schemaAddress}\n`;
}
