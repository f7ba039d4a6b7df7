/**
 * What to request after a redirect. The rules are those of browsers (https://fetch.spec.whatwg.org/#http-redirect-fetch)
 * within an origin; to another one less goes along: nothing that could be a credential, and no body.
 */
import type { HttpFailure } from "../../lib/core/run/event.ts";
import type { HttpAnswer } from "../../lib/runtime/port/world.ts";
import { type HttpRequest, shownUrl, webUrl, withCredentialsInHeader } from "./request.ts";

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * What may be sent to another origin. Any other header may be one in which a server wants its key: those
 * have whatever name that server has given them, so that no list of credentials can be complete.
 */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set([
  ...["accept", "accept-charset", "accept-datetime", "accept-encoding", "accept-language"],
  ...["cache-control", "pragma", "if-match", "if-modified-since", "if-none-match", "if-range"],
  ...["if-unmodified-since", "range", "prefer", "user-agent", "dnt", "sec-gpc", "save-data"],
  ...["upgrade-insecure-requests", "traceparent", "x-request-id", "x-correlation-id"],
]);

/** Tell about a body, and go with it. */
const BODY_HEADERS = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-type",
];

/** The next request; `null` if `response` is no redirect, or points nowhere. */
export function followRedirect(
  request: HttpRequest,
  response: HttpAnswer,
): { readonly request: HttpRequest } | { readonly failure: HttpFailure } | null {
  const location = response.headers.get("location");
  if (!REDIRECTS.includes(response.status) || location === null) return null;
  if (!URL.canParse(location, request.url)) return null;
  const url = webUrl(location, request.url);
  if (url === null) {
    return { failure: { reason: "redirect_scheme", url: shownUrl(location) } };
  }

  const headers = new Headers(request.headers);
  const dropsBody = becomesGet(request.method, response.status);
  if (url.origin !== request.url.origin) {
    // A body may hold credentials as well, and without it this would be another request.
    if (!dropsBody && request.body !== null) {
      return { failure: { reason: "redirect_body", url: shownUrl(url.href) } };
    }
    remove(headers, [...headers.keys()].filter((name) => !HARMLESS_HEADERS.has(name)));
  }
  if (!dropsBody) {
    return { request: withCredentialsInHeader({ ...request, url, headers }) };
  }
  remove(headers, BODY_HEADERS);
  return { request: withCredentialsInHeader({ url, method: "GET", headers, body: null }) };
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function remove(headers: Headers, names: readonly string[]): void {
  for (const name of names) headers.delete(name);
}
