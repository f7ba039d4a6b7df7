/**
 * The values that may be chosen where there is a list of them. Each list stands here once: the flags and
 * arguments, the code behind them, the completion and the messages all take it from here. What a value
 * means is the business of the code that gets it.
 */

/** The ways to show a run. */
export const UIS = ["auto", "live", "plain", "json", "quiet"] as const;
export type Ui = (typeof UIS)[number];

/** The ways to show what jobs print. */
export const JOB_OUTPUTS = ["failed", "grouped", "prefixed", "none"] as const;
export type JobOutputMode = (typeof JOB_OUTPUTS)[number];

/** What the record of a run outlives: any death of orch, or also one of the machine. */
export const DURABILITIES = ["process", "power"] as const;
export type Durability = (typeof DURABILITIES)[number];

/** The kinds of reports of a run. */
export const REPORT_KINDS = ["junit", "md"] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** The ways to show the problems of a file. */
export const PROBLEM_FORMATS = ["text", "json", "github"] as const;
export type ProblemFormat = (typeof PROBLEM_FORMATS)[number];

/** The forms in which a plan can be shown. */
export const ANALYSIS_FORMATS = ["table", "json", "dot", "mermaid"] as const;
export type AnalysisFormat = (typeof ANALYSIS_FORMATS)[number];

/** The workflows that `orch create` can start from. */
export const TEMPLATES = ["ci", "data", "http", "minimal"] as const;
export type Template = (typeof TEMPLATES)[number];

/** The shells that have a completion script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** When text has colour. */
export const COLOR_CHOICES = ["auto", "always", "never"] as const;
