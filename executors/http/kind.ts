/** HTTP jobs as a kind: what they need to be allowed, as far as it can be known before they run. */
import { resolveStrictly } from "../../lib/core/workflow/references.ts";
import type { HttpAction } from "../../lib/core/workflow/workflow.ts";
import { environmentOf } from "../../lib/runtime/run/supervisor.ts";
import { http as start } from "./executor.ts";
import { webUrl } from "./request.ts";
import type { Asking, JobKind } from "../base/job_kind.ts";

/** Sends one request. Memory and processor time are those of orch, where no limit holds them. */
export const http: JobKind<HttpAction> = {
  start,
  process: null,
  enforcement: () => null,
  needs: requestNeeds,
  texts: ({ url, headers, body }) => [
    { value: url, path: ["command"] },
    ...Object.entries(headers).map(([name, value]) => ({
      value,
      path: ["http", "headers", name],
    })),
    ...(body === null ? [] : [{ value: body, path: ["http", "body"] }]),
  ],
};

/** Hosts to which a server redirects cannot be known. */
function requestNeeds(action: HttpAction, { job, world, add, addUnknownHost }: Asking): void {
  const own = environmentOf(job, world);
  const url = addressOf(action.url, (name) => own[name] ?? world.env(name));
  if (url === null) return;
  if ("variable" in url) return addUnknownHost(url.variable);
  const isSecure = url.protocol === "https:";
  const host = `${url.hostname}:${url.port || (isSecure ? "443" : "80")}`;
  add({ kind: "net", host }, { use: "request", path: ["command"] });
  for (const name of proxyVariables(isSecure)) {
    if (world.env(name)) add({ kind: "env", name }, { use: "variable", isOptional: true });
  }
}

/** Stands for a variable that is not known. */
const UNKNOWN = "unknown-to-orch";

/**
 * The address of a request as far as its host goes, or the variable on which the host depends and
 * which is not known; `null` where it is no address.
 */
function addressOf(
  text: string,
  lookup: (name: string) => string | undefined,
): URL | { readonly variable: string } | null {
  const missing: string[] = [];
  for (;;) {
    const address = resolveStrictly(
      text,
      (name) => missing.includes(name) ? UNKNOWN : lookup(name),
    );
    if ("missing" in address) {
      missing.push(address.missing);
      continue;
    }
    const url = webUrl(address.text);
    const isKnown = url !== null && !`${url.host}${url.protocol}`.includes(UNKNOWN);
    if (isKnown || missing.length === 0) return url;
    return { variable: missing[0]! };
  }
}

function proxyVariables(isSecure: boolean): string[] {
  return ["ALL_PROXY", isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]);
}
