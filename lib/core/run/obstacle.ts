/**
 * Why a ready job does not start. The scheduler, the live view, the log of decisions and `why` ask the same
 * question here, of the state of a run alone; who runs, and when, is theirs.
 */
import { type Demand, type Free, shortageOf } from "../plan/resources.ts";
import { freeResources, type RunState, slotLimit } from "./state.ts";

/** Once a ready job was passed over this often, nothing starts before it. */
const BYPASSES_MAX = 20;

/**
 * What is in the way of a ready job: as many run as may, a running job allows no more beside it, it
 * allows itself no more, memory or processor are reserved by others, or an earlier job that was passed
 * over too often has reserved the run.
 */
export type ObstacleCause = "slots" | "cap" | "own_cap" | "memory" | "cpu" | "reservation";

/** What the running jobs leave to the ready ones: the same for all of them. */
export interface Room {
  /** Why there is no slot, where there is none. */
  readonly full: "slots" | "cap" | null;
  /** How many jobs may run now. */
  readonly limit: number;
  readonly free: Free;
  /** The rank of the job that alone may start, since it was passed over too often; -1 where all may. */
  readonly reservedFor: number;
}

/** The room that there is now. Only after `run_started`. */
export function roomOf(state: RunState): Room {
  const { counts: { running }, settings, ready, bypassed } = state;
  const limit = slotLimit(state);
  const first = bypassed.size === 0 ? -1 : ready.first();
  return {
    full: running >= settings!.concurrency ? "slots" : running >= limit ? "cap" : null,
    limit,
    free: freeResources(state),
    reservedFor: (bypassed.get(first) ?? 0) >= BYPASSES_MAX ? first : -1,
  };
}

/** What keeps a ready job from starting; `null` where nothing does. */
export function obstacleOf(
  state: RunState,
  job: number,
  room: Room = roomOf(state),
): ObstacleCause | null {
  const { demands, rank, byRank } = state.plan;
  const { full, free, reservedFor } = room;
  if (full !== null) return full;
  const shortage = shortageOf(demands[job]!, free);
  if (shortage !== null) return shortage;
  // Where the job that has the reservation fits, it starts, and leaves another room.
  const isHeld = reservedFor >= 0 && reservedFor !== rank[job] &&
    shortageOf(demands[byRank[reservedFor]!]!, free) !== null;
  return isHeld ? "reservation" : null;
}

/** The first ready job in the start order that has no obstacle, or -1: found without asking each. */
export function firstWithoutObstacle(state: RunState): number {
  if (state.ready.size === 0) return -1;
  const { byRank } = state.plan;
  const room = roomOf(state);
  if (room.full !== null) return -1;
  const rank = room.reservedFor < 0 ? state.ready.firstFitting(room.free) : room.reservedFor;
  const job = rank < 0 ? -1 : byRank[rank]!;
  return job >= 0 && obstacleOf(state, job, room) === null ? job : -1;
}

/** Of the jobs that run, those to which an obstacle in the way of `job` is due, by number. */
export function holdersOf(
  state: RunState,
  cause: ObstacleCause,
  live: ReadonlySet<number>,
): number[] {
  const { demands, byRank } = state.plan;
  const { limit, reservedFor } = roomOf(state);
  const holding = (holds: (demand: Demand) => boolean) =>
    [...live].filter((job) => holds(demands[job]!));
  switch (cause) {
    case "slots":
    case "own_cap":
      return [...live];
    case "cap":
      return holding(({ maxConcurrent }) => maxConcurrent === limit);
    case "memory":
      return holding(({ memoryMb }) => memoryMb > 0);
    case "cpu":
      return holding(({ cpuPercent }) => cpuPercent > 0);
    case "reservation":
      return [byRank[reservedFor]!];
  }
}
