/** Mistakes of ours, told apart from those of users and of the world. */

/** Reports a mistake of ours: a state that cannot be. Never raised by user input. */
export class Bug extends Error {
  override readonly name = "Bug";
}

/** Ends an exhaustive switch: does not compile while a member is unhandled. */
export function unreachable(value: never): never {
  throw new Bug(`unhandled value ${JSON.stringify(value)}`);
}
