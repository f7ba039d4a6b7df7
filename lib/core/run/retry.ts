/** Whether and when a failed attempt is tried again: a small policy, the same for every job type. */
import type { HttpFailure, Outcome } from "./event.ts";
import { kindOf } from "../workflow/kinds.ts";
import type { Action, RetryPolicy } from "../workflow/workflow.ts";

/** Which attempt of which job of which run: all that jitter may depend on. */
export interface AttemptIdentity {
  readonly seed: number;
  readonly jobId: string;
  readonly attempt: number;
}

/**
 * Whether an outcome of `action` may be tried again at all: what failed may; what was cancelled, what
 * could never have worked (a missing script, a wrong certificate) and what may have been done already
 * (a POST whose answer was lost, without an Idempotency-Key) may not.
 */
export function isRetryable(action: Action, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "succeeded":
    case "cancelled":
      return false;
    case "not_started":
      return outcome.why.reason === "spawn_failed";
    case "http_failed":
      return mayRequestAgain(action, outcome.failure);
    default:
      return true;
  }
}

function mayRequestAgain(action: Action, failure: HttpFailure): boolean {
  switch (failure.reason) {
    case "certificate":
    case "redirect_body":
      return false;
    case "connection_lost":
    case "no_response":
    case "stalled":
    case "unfinished":
      return kindOf(action).mayRepeat(action);
    default:
      return true;
  }
}

/**
 * Milliseconds between the end of attempt `attempt` and the start of the next:
 * min(max_delay, initial_delay · backoff_factor^(attempt - 1)), varied by the jitter share either way.
 */
export function retryDelayMs(policy: RetryPolicy, identity: AttemptIdentity): number {
  const growth = Math.min(Number.MAX_VALUE, policy.backoffFactor ** (identity.attempt - 1));
  const delay = Math.min(policy.maxDelayMs, policy.initialDelayMs * growth);
  if (policy.jitter === 0) return delay;
  const swing = 2 * unitHash(`${identity.seed}/${identity.jobId}/${identity.attempt}`) - 1;
  return Math.max(0, delay * (1 + policy.jitter * swing));
}

/**
 * A number in [0, 1) that is always the same for the same text (FNV-1a, 32 bits, with the finalizer
 * of MurmurHash3). Randomness would make a run unrepeatable.
 */
export function unitHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
