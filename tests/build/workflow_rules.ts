/**
 * Our rules for workflows and actions of GitHub, on their data: what they may do, and what of others
 * they run. What is wrong comes back as sentences, so that a test can hand in a file that is wrong.
 */

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}

/** A workflow, as far as the rules look at it. */
export interface WorkflowFile {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

/** An action, as far as the rules look at it. */
export interface ActionFile {
  readonly runs?: { readonly steps?: readonly Step[] };
}

/** The jobs that may do more than read, and what. */
export type Grants = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a workflow whose jobs may write only what `grants` says. */
export function workflowProblems(file: WorkflowFile, grants: Grants): string[] {
  const problems: string[] = [];
  if (JSON.stringify(file.permissions) !== '{"contents":"read"}') {
    problems.push("the workflow may do more than read the repository");
  }
  if (JSON.stringify(file.on ?? {}).includes("pull_request_target")) {
    problems.push("it runs what strangers propose with the rights of the repository");
  }
  for (const [name, job] of Object.entries(file.jobs ?? {})) {
    if (!(Number(job["timeout-minutes"]) <= 60)) problems.push(`${name} may run for hours`);
    const granted = typeof job.permissions === "object"
      ? Object.entries(job.permissions).filter(([, level]) => level !== "read").map(([key]) => key)
      : job.permissions === undefined
      ? []
      : [`all (${job.permissions})`];
    for (const right of granted) {
      if (!grants[name]?.includes(right)) problems.push(`${name} may write ${right}`);
    }
    problems.push(...stepProblems(job.steps ?? []).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

/** What is wrong with an action that is made of steps. */
export function actionProblems(file: ActionFile): string[] {
  return stepProblems(file.runs?.steps ?? []);
}

function stepProblems(steps: readonly Step[]): string[] {
  return steps.flatMap(({ uses, run, with: inputs }) => {
    const problems: string[] = [];
    if (uses !== undefined && !/^\.\/|@[0-9a-f]{40}$/.test(uses)) {
      problems.push(`${uses} is not pinned by commit`);
    }
    if (uses?.startsWith("actions/checkout@") && inputs?.["persist-credentials"] !== false) {
      problems.push("a checkout leaves its token in the work tree");
    }
    if (run?.includes("${{")) problems.push(`an expression becomes text of a script: ${run}`);
    return problems;
  });
}

/** Pinned actions whose line does not say which version the commit is. */
export function unnamedPins(text: string): string[] {
  return [...text.matchAll(/uses: (\S+@[0-9a-f]{40})(.*)/g)]
    .filter(([, , rest]) => !/^ # v\d+\.\d+\.\d+$/.test(rest!)).map(([, pin]) => pin!);
}
