/** Words for trouble of the machine that a run outlives. */

/** The facts: what the runtime reports. */
export interface SpawnTrouble {
  readonly kind: "spawn_trouble";
  readonly cause: string;
  readonly parallel: number;
}

/** One line for the user. */
export function noticeText({ cause, parallel }: SpawnTrouble): string {
  return `warning: the machine cannot start more processes now (${cause}): going on with ${parallel} at a time`;
}
