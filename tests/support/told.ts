/** Stories of jobs as tables: a trace of a run, one of its jobs, and what is told of it. */
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import { explainJob } from "../../lib/core/explain/story.ts";
import type { WhyStep } from "../../lib/core/explain/story_step.ts";
import { assertEquals } from "./assert.ts";
import { linesOf, planOf, Player } from "./trace.ts";

/** One run, and the story of one of its jobs. */
export interface Told {
  readonly title: string;
  readonly jobs: string;
  readonly settings?: Partial<RunSettings>;
  /** Inputs, one a line. */
  readonly inputs: string;
  readonly of: string;
  /** The steps, one a line, in the words of `brief`. */
  readonly story: string;
}

export function check({ title, jobs, settings, inputs, of, story }: Told): void {
  Deno.test(`explainJob(): ${title}`, () => {
    const player = new Player(planOf(jobs), settings);
    for (const line of linesOf(inputs)) player.input(line);
    assertEquals(storyOf(player, jobs, of), linesOf(story));
  });
}

export function storyOf(
  player: Player,
  jobs: string,
  of: string,
  now: number | null = null,
): string[] {
  return explainJob(planOf(jobs), player.journal, { jobId: of, now })!.steps.map(brief);
}

function brief(step: WhyStep): string {
  const time = (until: number | null) => `${"from" in step ? step.from : ""}-${until ?? ""}`;
  switch (step.kind) {
    case "needs": {
      const needs = step.needs.map(({ jobId, soft, status, at }) =>
        `${soft ? "~" : ""}${jobId}:${status}${at === null ? "" : `@${at}`}`
      );
      const chain = step.chain.length < 2 ? [] : [`chain ${step.chain.join(">")}`];
      return ["needs", time(step.until), ...needs, ...chain].join(" ");
    }
    case "branch":
      return `branch ${step.branch} of ${step.wanted}`;
    case "room": {
      const { waits, earlier, later } = step.report;
      const texts = waits.map(({ cause, ms, holders }) =>
        `${cause} ${ms} [${holders.map(({ jobId, ms }) => `${jobId} ${ms}`).join(", ")}]`
      );
      const passed = earlier + later === 0 ? [] : [`passed by ${earlier}+${later}`];
      return ["room", time(step.until), ...texts, ...passed].join(" ");
    }
    case "attempt": {
      const { attempt, until, outcome, stopped } = step;
      const stop = stopped === null
        ? []
        : [`${stopped.killed ? "killed" : "stopped"} for ${stopped.why} @${stopped.at}`];
      return [`run#${attempt}`, time(until), ...outcome === null ? [] : [outcome.kind], ...stop]
        .join(" ");
    }
    case "backoff":
      return `backoff ${time(step.until)} for ${step.attempt}/${step.most}`;
    case "gave_up":
      return `gave up @${step.at} ${step.why.kind}`;
    case "skipped": {
      const { cause } = step;
      const how = cause.phase === "settled" ? cause.status : cause.phase;
      return `skipped @${step.at} ${step.reason.kind} ${step.chain.join(">")} ${how}`;
    }
    case "cancelled":
      return `cancelled @${step.at} ${step.reason}${step.failed === null ? "" : ` ${step.failed}`}`;
    case "paused":
      return `paused ${time(step.until)}`;
    case "down":
      return `down ${time(step.until)} ${step.effect}`;
  }
}
