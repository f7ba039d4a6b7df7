/**
 * Runs that go on, as tables: from a journal, cut where the row says, and what became of the live
 * attempts, to the request that is made and the events that follow from it.
 */
import { fold } from "../../lib/core/run/apply.ts";
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import type { Input } from "../../lib/core/run/event.ts";
import {
  type AttemptFate,
  type FirstInput,
  planResume,
  type ResumeOptions,
} from "../../lib/core/record/resume.ts";
import { assertEquals } from "./assert.ts";
import { sketchSettings } from "./workflows.ts";
import { linesOf, planOf, Player } from "./trace.ts";

/** One run that goes on. */
export interface Resumed {
  readonly title: string;
  readonly jobs: string;
  /** Inputs before the end of the first orch. */
  readonly before: string;
  /** How many of the last events a crash has taken. */
  readonly torn?: number;
  /** What became of live attempts; the others are gone. */
  readonly fates?: Readonly<Record<string, AttemptFate>>;
  readonly settings?: Partial<RunSettings>;
  readonly options?: Partial<ResumeOptions>;
  /** The jobs as they are now, where they have changed. */
  readonly now?: string;
  /** What is asked for, in short; see `inShort`. */
  readonly wanted: string;
  /** What follows: events after `> go on`, and further inputs. The time is 100. */
  readonly then?: string;
}

/** Checks one row. */
export function check(row: Resumed): void {
  const settings = sketchSettings({ graceMs: 100, ...row.settings });
  const first = new Player(planOf(row.jobs), settings);
  for (const line of linesOf(row.before)) first.input(line);
  const journal = first.journal.slice(0, first.journal.length - (row.torn ?? 0));
  const plan = planOf(row.now ?? row.jobs);
  const resumption = planResume(fold(plan, journal), {
    runId: "traced",
    settings,
    plan: 0,
    downSince: journal.at(-1)?.at ?? 0,
    rerun: { kind: "none" },
    changed: [],
    fateOf: ({ jobId }) => row.fates?.[jobId] ?? { kind: "gone" },
    mayRunTwice: () => true,
    lostOnce: "ask",
    ...row.options,
  });
  if (resumption.kind !== "go_on") {
    const asked = resumption.kind === "ask" ? `: ${resumption.jobIds.join(" ")}` : "";
    return assertEquals(resumption.kind + asked, row.wanted);
  }
  assertEquals(inShort(resumption.input), row.wanted);
  const player = Player.after(plan, journal);
  const wanted = linesOf(row.then ?? "");
  const actual = wanted.filter((line) => line.startsWith(">")).flatMap((line) => [
    line,
    ...line === "> go on"
      ? player.take({ ...resumption.input, at: 100 } as Input)
      : player.input(line),
  ]);
  assertEquals(actual, wanted);
  player.assertFolds();
}

/** `lost a, reset b, end c succeeded, stop fail_fast`. */
function inShort(input: FirstInput): string {
  if (input.type === "run_requested") return "begin";
  const { lost, reset, assumed, ends, stop } = input;
  return [
    ...lost.length > 0 ? [`lost ${lost.join(" ")}`] : [],
    ...reset.length > 0 ? [`reset ${reset.join(" ")}`] : [],
    ...assumed.length > 0 ? [`assumed ${assumed.join(" ")}`] : [],
    ...ends.map(({ jobId, outcome }) => `end ${jobId} ${outcome.kind}`),
    ...stop === null ? [] : [`stop ${stop}`],
  ].join(", ");
}
