/**
 * What to request after a redirect. The rules are those of browsers (https://fetch.spec.whatwg.org/#http-redirect-fetch).
 */
import type { HttpFailure } from "../lib/core/event.ts";
import type { HttpAnswer } from "../lib/runtime/world.ts";
import { type HttpRequest, shownUrl, webUrl, withCredentialsInHeader } from "./http_request.ts";

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * What a header is called that is meant for one origin only. Browsers drop less: the header in which a
 * server wants its key has whatever name that server has given it (`PRIVATE-TOKEN`, `X-Api-Key`, …).
 */
const CREDENTIAL_HEADER =
  /auth(?!or\b)|cookie|token|secret|passw|credential|session|signature|(api|access|account|auth|client|functions|license|private|service|subscription)[-_]?key/i;

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
  if (url.origin !== request.url.origin) {
    remove(headers, [...headers.keys()].filter((name) => CREDENTIAL_HEADER.test(name)));
  }
  if (!becomesGet(request.method, response.status)) {
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
