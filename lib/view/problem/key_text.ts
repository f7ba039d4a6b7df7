/** What an editor says of the keys of the workflow file, by their path; `*` stands for any place in a list. */
export const KEY_TEXTS: Readonly<Record<string, string>> = {
  "": "A workflow for orch: jobs that run in parallel, in the order of their dependencies.",
  "name": "Name of the workflow.",
  "version": "Version of the workflow, as text.",
  "description": "What the workflow is for.",
  "global_config": "Settings for the run and for all jobs.",
  "global_config.max_retries":
    "Retries after the first attempt, for jobs without retry_config. 0 to 999.",
  "global_config.timeout": "Seconds for one attempt, for jobs without their own timeout.",
  "global_config.max_concurrent_jobs":
    "Jobs at a time: a number, or $(nproc) with + - * / such as $(($(nproc) * 2)). The flag -c overrides it.",
  "global_config.environment": "Variables for every job; those of a job take precedence.",
  "global_config.resource_limits": "Limits on what all running jobs together may reserve.",
  "global_config.resource_limits.max_memory_mb":
    "Memory in MB that all running jobs together may reserve. Default: what the machine has.",
  "global_config.resource_limits.max_cpu_percent":
    "Processor time that all running jobs together may reserve; 100 is one processor. Default: no limit.",
  "global_config.enforce":
    "Default for jobs without their own: with require, nothing starts if a limit cannot be enforced.",
  "global_config.processes": "Default for jobs without their own.",
  "plugins": "Custom job types: modules that run in workers with the listed permissions.",
  "plugins.*.type": "The job_type that jobs use for this plugin.",
  "plugins.*.path": "The module, relative to the folder of this file.",
  "plugins.*.permissions": "What the plugin may do: nothing, unless it is listed.",
  "plugins.*.permissions.net": "Hosts it may connect to, or true for all hosts.",
  "plugins.*.permissions.read": "Paths it may read, or true for all paths.",
  "plugins.*.permissions.write": "Paths it may write, or true for all paths.",
  "plugins.*.permissions.env": "Variables it may read, or true for all variables.",
  "plugins.*.permissions.run": "Programs it may start, or true for all programs.",
  "plugins.*.permissions.sys": "System information it may query, or true for all of it.",
  "jobs": "The jobs, in any order.",
  "jobs.*": "One job: what to run, after which jobs, and within which limits.",
  "jobs.*.id":
    "Unique. 1 to 64 letters, digits, '_', '.', '-'; starts with a letter, a digit or '_'.",
  "jobs.*.name": "Name of the job. Default: its id.",
  "jobs.*.job_type":
    "What runs: shell text, a script file, Python source, an HTTP request, or the type of a plugin.",
  "jobs.*.command":
    "Shell text for /bin/sh (any number of lines), Python source, or the URL, by job_type.",
  "jobs.*.script_path":
    "The script of a script job. Its extension decides what runs it: .py, .sh, .bash, .js, .mjs, .ts; other files are run directly.",
  "jobs.*.working_directory": "Relative to the folder of the workflow file.",
  "jobs.*.environment":
    "Variables of the job. $VAR, ${VAR} and ${VAR:-default} are replaced from the environment outside the job; $$ is a dollar sign.",
  "jobs.*.dependencies": "Ids of jobs that must have succeeded first.",
  "jobs.*.conditions": "When to skip the job.",
  "jobs.*.conditions.skip_if_failed":
    "Ids of jobs to wait for; the job is skipped if one of them failed.",
  "jobs.*.conditions.only_if_branch":
    "A branch, a glob such as release/*, or a list: on other branches the job is skipped.",
  "jobs.*.retry_config": "Whether and when a failed attempt is tried again.",
  "jobs.*.retry_config.max_attempts": "Number of attempts, including the first.",
  "jobs.*.retry_config.initial_delay": "Seconds before the second attempt.",
  "jobs.*.retry_config.max_delay": "Longest wait in seconds.",
  "jobs.*.retry_config.backoff_factor": "Factor by which each further wait is longer.",
  "jobs.*.retry_config.jitter": "Fraction by which a wait may vary, 0 to 1.",
  "jobs.*.resource_limits": "What the job may use, and what is reserved for it.",
  "jobs.*.resource_limits.max_memory_mb":
    "Memory in MB: reserved while the job runs; on Linux a job that uses more is killed.",
  "jobs.*.resource_limits.max_cpu_percent":
    "Processor time; 100 is one processor. It is reserved while the job runs, if global_config has such a limit.",
  "jobs.*.resource_limits.max_execution_time":
    "Seconds for one attempt; if timeout is also set, the smaller value applies.",
  "jobs.*.resource_limits.max_concurrent_jobs":
    "Most jobs that may run at a time while this one runs, including itself.",
  "jobs.*.timeout": "Seconds for one attempt, fractions allowed.",
  "jobs.*.enforce":
    "require: nothing starts if a limit of this job cannot be enforced. best-effort: the job runs anyway.",
  "jobs.*.idempotent":
    "false: if orch cannot tell whether an attempt did its work, orch resume asks before it runs the job again.",
  "jobs.*.leaves":
    "true: processes that the job leaves in the background are meant to stay, and are not ended with the run.",
  "jobs.*.processes":
    "own: the job has a process namespace; it sees only its own processes, and all end with it. shared: it sees all processes of the machine.",
  "jobs.*.tags": "For --tags and --skip-tags.",
  "jobs.*.with": "Keys for a job whose type comes from a plugin.",
  "jobs.*.http": "The request of an http job.",
  "jobs.*.http.method": "Method of the request.",
  "jobs.*.http.headers": "Headers to send. ${VAR} is replaced.",
  "jobs.*.http.body": "Body to send. ${VAR} is replaced.",
  "jobs.*.http.expect_status": "Accepted status codes. Default: any 2xx.",
};

/** The line by which the YAML language server of editors finds the schema. */
export function modeline(schemaAddress: string): string {
  return `# yaml-language-server: $schema=${schemaAddress}\n`;
}
