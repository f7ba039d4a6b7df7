/** HTTP jobs: one request, sent by the program itself. */
import * as z from "zod/mini";
import { atValue, diagnosticAt, type DocumentPath } from "../diagnostic.ts";
import type { HttpAction } from "../workflow.ts";
import { type CheckedPlace, checkerOf, key, mapping } from "../keys/key.ts";
import { sorted } from "../keys/fingerprint.ts";
import { kept, text } from "../keys/shapes.ts";
import { checkReferences, checkWord, inAnyCase } from "../keys/values.ts";
import { COMMAND_KEY, type Kind, kind } from "./kind.ts";

/** The methods an http job may use: those that fetch sends. */
export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
/** Methods that mean the same sent twice (RFC 9110, section 9.2.2). */
const IDEMPOTENT_METHODS: readonly string[] = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"];
const STANDARD_METHOD = "GET";

/** A header's name, per RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** No header can hold a line break. */
const HEADER_VALUE = /^[^\r\n]*$/;

const REQUEST_KEYS = {
  method: key(text, {
    schema: () => ({
      // The list is what editors offer, the pattern what orch takes.
      anyOf: [{ enum: HTTP_METHODS }, { pattern: inAnyCase(`^(${HTTP_METHODS.join("|")})$`) }],
      default: STANDARD_METHOD,
    }),
    check(method, path, found) {
      if ((HTTP_METHODS as readonly string[]).includes(method.toUpperCase())) return;
      checkWord(method, path, { known: HTTP_METHODS, found });
    },
  }),
  headers: key(z.record(text, text), {
    schema: () => ({
      propertyNames: { pattern: HEADER_NAME.source },
      additionalProperties: { type: "string", pattern: HEADER_VALUE.source },
    }),
    check(headers, path, found) {
      for (const [name, value] of Object.entries(headers)) {
        const place = [...path, name];
        if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
          found.push(diagnosticAt(atValue(...place), { code: "E309", kind: "header", name }));
        }
        checkReferences(value, place, { bracedOnly: true, found });
      }
    },
  }),
  body: key(text, {
    check: (body, path, found) => checkReferences(body, path, { bracedOnly: true, found }),
  }),
  expect_status: key(z.array(z.int().check(z.minimum(100), z.maximum(599)))),
};

const checkRequest = checkerOf(REQUEST_KEYS);
// Its values are looked at only where the job is one of this kind.
const { check: _, ...REQUEST } = mapping(REQUEST_KEYS);

export const http: Kind<HttpAction> = kind({
  keys: { command: COMMAND_KEY, http: REQUEST },
  needed: "command",
  strangeKey: "unexpected",
  check({ command, http }, place) {
    if (command !== undefined && command.trim() !== "") {
      checkAddress(command, [...place.path, "command"], place);
    }
    if (http === undefined) return;
    checkRequest(http, { path: [...place.path, "http"], found: place.found });
  },
  toAction: ({ command, http }) => ({
    type: "http",
    url: command ?? "",
    method: http?.method?.toUpperCase() ?? STANDARD_METHOD,
    headers: http?.headers ?? {},
    body: http?.body ?? null,
    expectStatus: http?.expect_status ?? [],
  }),
  stored: () =>
    z.object({
      type: z.literal("http"),
      url: text,
      method: z._default(text, STANDARD_METHOD),
      headers: z._default(kept.variables(), {}),
      body: z._default(kept.textOrNull(), null),
      expectStatus: z._default(z.array(kept.count()), []),
    }),
  fingerprint: (action) => [
    ...sorted({ ...action, headers: null }),
    sorted(action.headers),
  ],
  summary: ({ method, url }) => `${method} ${url}`,
  runsIn: "orch",
  mayRepeat: ({ method, headers }) =>
    IDEMPOTENT_METHODS.includes(method) ||
    Object.keys(headers).some((name) => name.toLowerCase() === "idempotency-key"),
});

function checkAddress(url: string, path: DocumentPath, { found }: CheckedPlace): void {
  const problem = urlProblem(url);
  if (problem !== null) found.push(diagnosticAt(atValue(...path), { code: "E306", url, problem }));
  checkReferences(url, path, { bracedOnly: true, found });
}

/** A URL with references can be judged only when they are resolved, when the attempt starts. */
function urlProblem(url: string): "syntax" | "scheme" | null {
  if (url.includes("${")) return null;
  if (!URL.canParse(url)) return "syntax";
  return /^https?:$/.test(new URL(url).protocol) ? null : "scheme";
}
