/**
 * Gives a name to what fetch throws. Deno has one TypeError for all of it and tells the cases apart
 * only in the text of its cause:
 *
 * ```
 * error sending request for url (http://h/): client error (Connect): tcp connect error: Connection refused
 * error sending request from A for http://h/ (B): client error (SendRequest): connection closed before …
 * ```
 * The address is left out of every cause: it may hold a token.
 */
import type { HttpFailure, Outcome } from "../lib/core/event.ts";

/** Longest cause in an outcome. */
const CAUSE_LENGTH = 200;

/** A space cannot be part of an address, so the first match is past it. */
const CLIENT_ERROR = /\): client error \((\w+)\)(?:: (.*))?$/s;

/** How an attempt ends whose request to `url` brought no response. */
export function fetchErrorOutcome(error: unknown, url: URL): Outcome {
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
    const flag = `--allow-net=${url.hostname}:${url.port || defaultPort(url)}`;
    return { kind: "not_started", why: { reason: "permission_denied", flag } };
  }
  // Without a cause nothing was sent: fetch refused the request, such as one to a blocked port.
  if (!(error instanceof Error) || !(error.cause instanceof Error)) {
    const why = { reason: "request_invalid", cause: causeText(messageOf(error)) } as const;
    return { kind: "not_started", why };
  }
  return { kind: "http_failed", failure: clientFailure(error.cause.message) };
}

/** How an attempt ends whose response broke off. */
export function bodyErrorOutcome(error: unknown): Outcome {
  return {
    kind: "http_failed",
    failure: { reason: "connection_lost", cause: causeText(messageOf(error)) },
  };
}

/** How an attempt ends that our own side kept from going on. */
export function spawnFailure(error: unknown): Outcome {
  const cause = causeText(messageOf(error));
  return { kind: "not_started", why: { reason: "spawn_failed", cause } };
}

function clientFailure(message: string): HttpFailure {
  const [, stage = "", detail = ""] = CLIENT_ERROR.exec(message) ?? [];
  const cause = causeText(detail || stage || "request failed");
  if (/certificate/i.test(detail)) return { reason: "certificate", cause };
  // Only this stage ends before a connection stands.
  return stage === "Connect" || stage === ""
    ? { reason: "unreachable", cause }
    : { reason: "connection_lost", cause };
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One line of bounded length. */
function causeText(text: string): string {
  // deno-lint-ignore no-control-regex -- causes can quote what a server sent
  const line = text.replace(/[\x00-\x20\x7f-\x9f]+/g, " ").trim();
  return line.length > CAUSE_LENGTH ? `${line.slice(0, CAUSE_LENGTH)}…` : line;
}
