/**
 * Gives a name to what the platform throws when a request fails. Before the connection stands the
 * server was not reached, or not trusted; later the connection was lost. Behind a proxy nobody sees
 * when it stands, and fetch tells the cases apart only in the text of its cause:
 *
 * ```
 * error sending request for url (http://h/): client error (Connect): tcp connect error: Connection refused
 * error sending request from A for http://h/ (B): client error (SendRequest): connection closed before …
 * ```
 * The address is left out of every cause: it may hold a token.
 */
import { isDenied } from "../../lib/runtime/port/permissions.ts";
import { causeOf } from "../../lib/core/base/cause.ts";
import type { HttpFailure, Outcome } from "../../lib/core/run/event.ts";

/** Longest cause in an outcome. */
const CAUSE_LENGTH = 200;

/** A space cannot be part of an address, so the first match is past it. */
const CLIENT_ERROR = /\): client error \((\w+)\)(?:: (.*))?$/s;

/** What TLS has against a certificate. */
const CERTIFICATE_CODE = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_SELF|SELF_SIGNED_)/;

/** How far a request had come. */
interface Progress {
  readonly url: URL;
  readonly connected: boolean;
}

/** How an attempt ends whose request brought no answer. */
export function requestErrorOutcome(error: unknown, { url, connected }: Progress): Outcome {
  if (isDenied(error)) {
    const flag = `--allow-net=${url.hostname}:${url.port || defaultPort(url)}`;
    return { kind: "not_started", why: { reason: "permission_denied", flag } };
  }
  if (error instanceof Error && error.cause instanceof Error) {
    return { kind: "http_failed", failure: clientFailure(error.cause.message) };
  }
  const code = codeOf(error);
  const cause = causeText(causeOf(error));
  // Without a code nothing was sent: the request itself was refused. Fetch says so by a TypeError.
  if (code === "" && (!connected || error instanceof TypeError)) {
    return { kind: "not_started", why: { reason: "request_invalid", cause } };
  }
  if (CERTIFICATE_CODE.test(code)) {
    return { kind: "http_failed", failure: { reason: "certificate", cause } };
  }
  const reason = connected ? "connection_lost" : "unreachable";
  return { kind: "http_failed", failure: { reason, cause } };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** How an attempt ends whose response broke off. */
export function bodyErrorOutcome(error: unknown): Outcome {
  return {
    kind: "http_failed",
    failure: { reason: "connection_lost", cause: causeText(causeOf(error)) },
  };
}

/** How an attempt ends that our own side kept from going on. */
export function spawnFailure(error: unknown): Outcome {
  const cause = causeText(causeOf(error));
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

/** One line of bounded length. */
function causeText(text: string): string {
  // deno-lint-ignore no-control-regex -- causes can quote what a server sent
  const line = text.replace(/[\x00-\x20\x7f-\x9f]+/g, " ").trim();
  return line.length > CAUSE_LENGTH ? `${line.slice(0, CAUSE_LENGTH)}…` : line;
}
