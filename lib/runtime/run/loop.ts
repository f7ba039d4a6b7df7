/**
 * The only event loop, and the owner of the state of a run and of its one timer. It takes all waiting
 * inputs, asks the scheduler what follows, and then, in this order: writes the events down, acts on
 * them, shows them. Whoever wants something of a run posts an input; there is no other way in.
 */
import type { Input, RunEvent } from "../../core/run/event.ts";
import { nextWakeup, type RunState } from "../../core/run/state.ts";
import { step } from "../../core/run/scheduler.ts";
import type { Clock } from "../port/world.ts";

/** An input without its time, which the loop adds. */
export type Posted = Input extends infer I ? I extends Input ? Omit<I, "at"> : never : never;

/** What the loop does with events. */
export interface LoopPorts {
  readonly clock: Clock;
  /**
   * Writes events down; where it returns a promise, they are acted on once that resolves. Throwing or
   * rejecting ends the run as a failure of orch itself.
   */
  record(events: readonly RunEvent[]): void | Promise<void>;
  /** Acts on an event. Must not throw: a failure comes back as an input. */
  perform(event: RunEvent): void;
  /** Shows an event that `state` has already taken in. What it throws is kept from the run. */
  show(event: RunEvent, state: RunState): void;
}

/** Drives one run from `run_requested` to `run_finished`. */
export class RunLoop {
  /** Resolves after the last event was shown; rejects if orch itself cannot continue. */
  readonly finished: Promise<void>;
  /** The first thing `show` threw, if any: a mistake of ours that the run outlived. */
  viewError: unknown = null;

  readonly #state: RunState;
  readonly #ports: LoopPorts;
  readonly #finish: PromiseWithResolvers<void>;
  #inbox: Input[] = [];
  #pumping = false;
  #over = false;
  /** Resolves when all that waits to be acted on has been. */
  #acting: Promise<void> | null = null;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(state: RunState, ports: LoopPorts) {
    this.#state = state;
    this.#ports = ports;
    this.#finish = Promise.withResolvers();
    this.finished = this.#finish.promise;
  }

  /** Hands in an input; it is handled after the code that runs now. Ignored once the run is over. */
  post(input: Posted): void {
    if (this.#over) return;
    this.#inbox.push({ ...input, at: this.#ports.clock.now() } as Input);
    if (this.#pumping) return;
    this.#pumping = true;
    this.#ports.clock.defer(() => this.#pump());
  }

  #pump(): void {
    try {
      while (this.#inbox.length > 0 && !this.#over) this.#turn();
      this.#pumping = false;
      this.#setTimer();
    } catch (error) {
      this.#fail(error);
    }
  }

  #turn(): void {
    const inputs = this.#inbox;
    this.#inbox = [];
    const events: RunEvent[] = [];
    for (const input of inputs) {
      for (const event of step(this.#state, input)) events.push(event);
    }
    if (events.length === 0) return;
    const written = this.#ports.record(events);
    if (written === undefined && this.#acting === null) this.#act(events);
    else this.#actAfter(written, events);
  }

  #act(events: readonly RunEvent[]): void {
    for (const event of events) this.#ports.perform(event);
    for (const event of events) this.#show(event);
    if (events.at(-1)!.type !== "run_finished") return;
    this.#end();
    this.#finish.resolve();
  }

  /** Acts on events once they are safe, and after those that came before. */
  #actAfter(written: void | Promise<void>, events: readonly RunEvent[]): void {
    const earlier = this.#acting;
    const acted = (async () => {
      await earlier;
      await written;
      if (!this.#over) this.#act(events);
    })();
    this.#acting = acted;
    acted.then(() => {
      if (this.#acting === acted) this.#acting = null;
    }, (error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#end();
    this.#finish.reject(error);
  }

  #show(event: RunEvent): void {
    if (this.viewError !== null) return;
    try {
      this.#ports.show(event, this.#state);
    } catch (error) {
      this.viewError = error;
    }
  }

  /** A timer that is too early does no harm, and one for each job would: they are left to ring. */
  #setTimer(): void {
    const at = this.#over ? null : nextWakeup(this.#state);
    if (at === null || (this.#timer !== null && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = {
      at,
      cancel: this.#ports.clock.callAt(at, () => {
        this.#timer = null;
        this.post({ type: "time_reached" });
      }),
    };
  }

  #end(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#timer = null;
  }
}
