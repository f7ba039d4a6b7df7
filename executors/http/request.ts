/**
 * Turns the http fields of a job into a request that can be sent, and its address into one that can
 * be shown. Touches nothing outside.
 */
import type { NotStarted } from "../../lib/core/run/event.ts";
import { resolveStrictly } from "../../lib/core/workflow/references.ts";
import type { HttpAction } from "../../lib/core/workflow/workflow.ts";

/** One request, ready to be sent. The address holds no credentials: they are a header by now. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
}

/** The value of a variable, `undefined` where it is not set. */
type Lookup = (name: string) => string | undefined;

/** Why there can be no request. */
interface Refusal {
  readonly why: NotStarted;
}

/** Longest address in an outcome or a note. */
const SHOWN_URL_LENGTH = 300;

/** The request an action asks for, or why there can be none. */
export function prepareRequest(
  action: HttpAction,
  lookup: Lookup,
): { readonly request: HttpRequest } | Refusal {
  const address = resolve(action.url, "url", lookup);
  if ("why" in address) return address;
  const url = webUrl(address.text);
  if (url === null) return { why: { reason: "url_invalid", url: shownUrl(address.text) } };

  const resolved = resolveHeaders(action.headers, lookup);
  if ("why" in resolved) return resolved;

  const method = action.method.toUpperCase();
  const body = maySendBody(method) && action.body !== null
    ? resolve(action.body, "body", lookup)
    : { text: null };
  if ("why" in body) return body;

  const request = { url, method, headers: resolved.headers, body: body.text };
  return { request: withCredentialsInHeader(request) };
}

/** `text` as an http or https address, seen from `base`; `null` if it is none. */
export function webUrl(text: string, base?: URL): URL | null {
  const url = URL.parse(text, base);
  return url !== null && isWebScheme(url.protocol) ? url : null;
}

/**
 * Moves `user:password@` from the address to an Authorization header, as curl does: an address is
 * shown in logs and in error texts of the platform, a header is not. A header that is there wins.
 */
export function withCredentialsInHeader(request: HttpRequest): HttpRequest {
  const { username, password } = request.url;
  if (username === "" && password === "") return request;
  const url = new URL(request.url);
  url.username = "";
  url.password = "";
  const headers = new Headers(request.headers);
  if (!headers.has("authorization")) {
    const credentials = new TextEncoder().encode(`${unescape(username)}:${unescape(password)}`);
    headers.set("authorization", `Basic ${credentials.toBase64()}`);
  }
  return { ...request, url, headers };
}

/**
 * An address for people: without credentials, and without the query and the fragment, since tokens
 * travel there. Text that is no address loses everything before its last `@`.
 */
export function shownUrl(text: string): string {
  const url = webUrl(text);
  const shown = url === null
    ? text.replace(/^([a-z][a-z0-9+.-]*:\/*)?.*@/is, "$1…@").replace(/[?#].*/s, "?…")
    : `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
  return shown.length > SHOWN_URL_LENGTH ? `${shown.slice(0, SHOWN_URL_LENGTH)}…` : shown;
}

function maySendBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

function isWebScheme(protocol: string): boolean {
  return protocol === "http:" || protocol === "https:";
}

function resolveHeaders(
  raw: Readonly<Record<string, string>>,
  lookup: Lookup,
): { readonly headers: Headers } | Refusal {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    const resolved = resolve(value, `header ${name}`, lookup);
    if ("why" in resolved) return resolved;
    try {
      headers.set(name, resolved.text);
    } catch {
      // The platform's own text quotes the value, which may be a secret.
      return { why: { reason: "request_invalid", cause: `invalid HTTP header ${name}` } };
    }
  }
  return { headers };
}

function resolve(
  raw: string,
  where: string,
  lookup: Lookup,
): { readonly text: string } | Refusal {
  const resolved = resolveStrictly(raw, lookup);
  return "missing" in resolved
    ? { why: { reason: "variable_missing", name: resolved.missing, where } }
    : resolved;
}

/** Percent escapes decoded; as it is where they are broken. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
