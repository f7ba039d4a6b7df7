/**
 * Signals of the user as requests to stop: the first asks, the second kills, the third leaves at once.
 * Ctrl-\ (SIGQUIT) kills, and then leaves: who presses it will not wait. So does a mistake of ours that nobody caught, by way of everything that cleans up.
 */
import type { StopReason } from "../../core/run/event.ts";
import type { StopSignal, World } from "../../runtime/port/world.ts";
import { exitCodeOfSignal } from "../base/exit_code.ts";

const REASONS: Readonly<Record<StopSignal, StopReason>> = {
  SIGINT: "interrupt",
  SIGQUIT: "kill",
  SIGTERM: "terminate",
  SIGHUP: "hangup",
};

/**
 * The same signal again this soon, in milliseconds, is an echo: npx passes a Ctrl-C on that the terminal has sent to orch
 * as well, and one press must not kill what deserves its grace.
 */
export const ECHO_MS = 150;

/** The user's wish to stop, as far as it was said. */
export interface Stops {
  /** Resolves when the user will not wait any longer; rejects with what nobody caught. */
  readonly forceExit: Promise<void>;
  /** The exit code that the first signal asks for; `null` where there was none. */
  exitCode(): number | null;
  close(): void;
}

/** Passes signals on as reasons to stop. */
export function listenForStops(world: World, stop: (reason: StopReason) => void): Stops {
  const { promise: forceExit, resolve: leave, reject } = Promise.withResolvers<void>();
  // After the last who waits for it has gone, nobody is left to hear of a crash.
  forceExit.catch(() => {});
  let first: StopSignal | null = null;
  let count = 0;
  let counted = { signal: null as StopSignal | null, at: -Infinity };
  const heard = (signal: StopSignal) => {
    const at = world.clock.now();
    if (counted.signal === signal && at - counted.at < ECHO_MS) return;
    counted = { signal, at };
    first ??= signal;
    count = REASONS[signal] === "kill" ? Math.max(2, count + 1) : count + 1;
    if (count === 1) stop(REASONS[signal]);
    else if (count === 2) stop("kill");
    else leave();
  };
  const signals = Object.keys(REASONS) as StopSignal[];
  const ignore = signals.map((signal) => world.signals.listen(signal, () => heard(signal)));
  ignore.push(world.onCrash(reject));
  return {
    forceExit,
    exitCode: () => first === null ? null : exitCodeOfSignal(first),
    close: () => ignore.forEach((stopListening) => stopListening()),
  };
}
