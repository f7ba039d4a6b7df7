/** What jobs wait for that have not begun: other jobs, or resources that others hold. */
import { listed } from "../text/format.ts";
import { unreachable } from "../../core/base/bug.ts";
import { type ObstacleCause, obstacleOf, type Room, roomOf } from "../../core/run/obstacle.ts";
import type { Shortage } from "../../core/plan/resources.ts";
import type { RunState } from "../../core/run/state.ts";

/** Ids of needs that a row names. */
const NAMED_MAX = 3;

/**
 * The jobs whose wait is worth a row, the most urgent first, at most `most`: those that wait for others,
 * and those that have a slot and lack something else. A free slot is what all others wait for.
 */
export function waitingJobs(state: RunState, most: number): number[] {
  const found: number[] = [];
  const { byRank } = state.plan;
  let room: Room | undefined;
  for (let place = 0; place < byRank.length && found.length < most; place++) {
    const job = byRank[place]!;
    const { phase } = state.jobs[job]!;
    const isWorth = phase === "waiting" ||
      (phase === "queued" && shortageIn(obstacleOf(state, job, room ??= roomOf(state))) !== null);
    if (isWorth) found.push(job);
  }
  return found;
}

/** What a job itself lacks; a slot, or its turn, is what all others wait for too. */
function shortageIn(obstacle: ObstacleCause | null): Shortage | null {
  switch (obstacle) {
    case "own_cap":
    case "memory":
    case "cpu":
      return obstacle;
    case "slots":
    case "cap":
    case "reservation":
    case null:
      return null;
    default:
      return unreachable(obstacle);
  }
}

/** What one of them waits for, as a sentence without its subject. */
export function waitText(state: RunState, job: number): string {
  if (state.jobs[job]!.phase === "queued") return `waits for ${scarceText(state, job)}`;
  const needs = openNeeds(state, job);
  return `waits for ${listed(needs, NAMED_MAX)}`;
}

function scarceText(state: RunState, job: number): string {
  const { memoryMb, cpuPercent } = state.plan.demands[job]!;
  switch (shortageIn(obstacleOf(state, job))) {
    case "memory":
      return `${memoryMb} MB of memory`;
    case "cpu":
      return `${cpuPercent}% of a processor`;
    default:
      return "fewer jobs to run";
  }
}

function openNeeds({ plan, jobs }: RunState, job: number): string[] {
  const { dependencies, conditions } = plan.jobs[job]!;
  const ids = new Set([...dependencies, ...conditions.skipIfFailed]);
  return [...ids].filter((id) => {
    const need = plan.indexOf.get(id);
    return need !== undefined && jobs[need]!.phase !== "settled";
  });
}
