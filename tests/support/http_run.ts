/** Real servers on 127.0.0.1 and an executor run against them, for the tests of http jobs. */
import { http } from "../../executors/http/executor.ts";
import type { HttpFailure, Outcome } from "../../lib/core/run/event.ts";
import type { HttpAction } from "../../lib/core/workflow/workflow.ts";
import type { AttemptEnd } from "../../lib/runtime/port/attempt.ts";
import { attemptContext, type AttemptOptions } from "./attempt_context.ts";

export const SUCCEEDED: Outcome = { kind: "succeeded" };
export const CANCELLED: Outcome = { kind: "cancelled" };

/** Registers a test under the sanitizers, which Deno leaves off unless asked. */
export function test(name: string, fn: () => Promise<void>, ignore = false): void {
  Deno.test({ name, fn, ignore, sanitizeOps: true, sanitizeResources: true });
}

export function action(fields: Partial<HttpAction> & { readonly url: string }): HttpAction {
  return { type: "http", method: "GET", headers: {}, body: null, expectStatus: [], ...fields };
}

/** Runs one attempt to its end. */
export async function run(
  fields: Partial<HttpAction> & { readonly url: string },
  options: AttemptOptions & { readonly executor?: typeof http } = {},
): Promise<{ readonly end: AttemptEnd; readonly stdout: string; readonly stderr: string }> {
  const request = action(fields);
  using attempt = attemptContext(request, options);
  const end = await (options.executor ?? http)(request, attempt.context).ended;
  return { end, stdout: attempt.stdout(), stderr: attempt.stderr() };
}

export function failed(failure: HttpFailure): Outcome {
  return { kind: "http_failed", failure };
}

/** Reason and cause of an outcome, where it has any. */
export function reasonOf(outcome: Outcome): { readonly reason: string; readonly cause: string } {
  const data = outcome.kind === "http_failed"
    ? outcome.failure
    : outcome.kind === "not_started"
    ? outcome.why
    : { reason: outcome.kind };
  return { reason: data.reason, cause: "cause" in data ? data.cause : "" };
}

/** What a server was asked. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly host: string;
  readonly seen: readonly Seen[];
}

export type Handler = (request: Seen) => Response;

export function serve(
  handler: Handler,
  tls?: { readonly cert: string; readonly key: string },
): TestServer {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method } = request;
      const headers = new Headers([...request.headers]);
      const entry = { method, path: pathname + search, headers, body: await request.text() };
      seen.push(entry);
      return handler(entry);
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    origin: `${tls === undefined ? "http" : "https"}://${host}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A connection to a server that writes whatever it is told, whenever. */
export interface RawConnection {
  write(text: string): Promise<void>;
  close(): void;
  /** Resolves when the other side has hung up. */
  readonly gone: Promise<void>;
}

export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  readonly connections: number;
  /** The next connection that has sent something. */
  next(): Promise<RawConnection>;
}

/** Answers a first request with `script`, or with nothing and an open connection if it is null. */
export function serveRaw(script: string | null): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting: ((connection: RawConnection) => void)[] = [];
  const ready: RawConnection[] = [];
  const open = new Set<Deno.Conn>();
  const drains: Promise<void>[] = [];
  let connections = 0;
  const close = (conn: Deno.Conn) => {
    if (open.delete(conn)) conn.close();
  };
  const accepting = (async () => {
    for await (const conn of listener) {
      connections++;
      open.add(conn);
      const heard = Promise.withResolvers<void>();
      const gone = drain(conn, heard.resolve).then(() => close(conn));
      drains.push(gone);
      await heard.promise;
      const connection: RawConnection = {
        write: async (text) => void await conn.write(new TextEncoder().encode(text)),
        close: () => close(conn),
        gone,
      };
      if (script !== null) {
        await connection.write(script);
        connection.close();
      }
      const waiter = waiting.shift();
      waiter === undefined ? ready.push(connection) : waiter(connection);
    }
  })();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    get connections() {
      return connections;
    },
    next() {
      const connection = ready.shift();
      if (connection !== undefined) return Promise.resolve(connection);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) close(conn);
      await Promise.all(drains);
      await accepting;
    },
  };
}

/** Reads until the other side hangs up; calls `heard` at the first byte, or at the end without one. */
export async function drain(conn: Deno.Conn, heard: () => void): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    while (await conn.read(buffer) !== null) heard();
  } catch {
    // Closed by us, or reset by the client: gone either way.
  }
  heard();
}

/** A port that nothing listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

export function redirect(status: number, location: string): Response {
  return new Response("moved", { status, headers: { location } });
}

export const CREDENTIALS = {
  Authorization: "Bearer x",
  Cookie: "a=b",
  "Proxy-Authorization": "Basic y",
};

export function credentialsSeen(seen: Seen | undefined): (string | null | undefined)[] {
  return Object.keys(CREDENTIALS).map((name) => seen?.headers.get(name));
}

/** A port of this machine that takes no connection: the queue of those who wait there is full. */
export async function serveNobody(): Promise<{ readonly url: string } & Disposable> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 0 });
  const { port } = listener.addr;
  const waiting: Deno.Conn[] = [];
  for (;;) {
    // On this machine a connection stands at once, or never.
    const given = await Deno.connect({ port, signal: AbortSignal.timeout(200) }).catch(() => null);
    if (given === null) break;
    waiting.push(given);
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.dispose]() {
      for (const connection of waiting) connection.close();
      listener.close();
    },
  };
}
