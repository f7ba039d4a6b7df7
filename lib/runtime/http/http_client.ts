/**
 * Sends one request, over a connection of its own, by `node:http`: unlike fetch it tells when the
 * connection stands, so that a server that cannot be reached is not taken for one that is slow. It
 * follows no redirect, keeps nothing open, and knows nothing of limits.
 *
 * Where the environment names a proxy for the address, fetch sends the request after all: it knows
 * how to speak to proxies, and which hosts need none.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { isGranted } from "../port/permissions.ts";
import type { HttpAnswer, OutgoingRequest } from "../port/world.ts";

// Waited for: a bundle of orch would load what stands in an import at its every start.
const { request: startRequest } = await import("node:http");
const { connect: connectTcp, isIP } = await import("node:net");
const { connect: connectTls } = await import("node:tls");

/** What the machine has a say in. */
export interface HttpClientOptions {
  env(name: string): string | undefined;
  /** Certificates, as PEM, that are trusted instead of the system's. */
  readonly caCerts?: readonly string[];
}

/** What a server may do to a body on its way, and what undoes it. */
const DECODERS: ReadonlyMap<string, CompressionFormat> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "brotli"],
]);

/** Answers with 1xx before the one that counts. Servers send one or two; a flood would keep orch from its other jobs. */
const INTERIM_ANSWERS_MAX = 16;
/** Bytes of an answer beside its body: status lines, headers, what stands between chunks. */
const FRAMING_BYTES_MAX = 2 ** 20;
/** As many more for each byte of the body: one that comes in chunks of a single byte needs five. */
const FRAMING_PER_BODY_BYTE = 16;

/** How long a body is and where it ends is ours to say. */
const FRAMING_HEADERS = ["content-length", "transfer-encoding", "connection"];

/**
 * Sends `outgoing` and resolves when the headers of the answer are there. Rejects with the platform's
 * error, and with the signal's reason once that is aborted.
 */
export async function sendRequest(
  outgoing: OutgoingRequest,
  options: HttpClientOptions,
): Promise<HttpAnswer> {
  const { url, signal } = outgoing;
  signal.throwIfAborted();
  // Otherwise Deno would ask the user, in the middle of a run.
  const host = `${url.hostname}:${portOf(url)}`;
  if (!isGranted({ kind: "net", host })) {
    throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
  }
  if (isProxied(url, options)) {
    outgoing.connected();
    return await fetch(url, { ...withoutConnected(outgoing), redirect: "manual" });
  }
  return await sendDirectly(outgoing, options);
}

function withoutConnected({ method, headers, body, signal }: OutgoingRequest): RequestInit {
  return { method, headers, body, signal };
}

/** Whether fetch would ask the environment for a proxy. */
function isProxied({ protocol }: URL, { env }: HttpClientOptions): boolean {
  const names = ["all_proxy", protocol === "https:" ? "https_proxy" : "http_proxy"];
  return names.some((name) => Boolean(env(name) || env(name.toUpperCase())));
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

function sendDirectly(
  { url, method, headers, body, signal, connected }: OutgoingRequest,
  options: HttpClientOptions,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const framing = new Framing((error) => sent.destroy(error));
  const sent = startRequest({
    method,
    path: url.pathname + url.search,
    headers: headersOf(headers, { host: url.host, body }),
    createConnection: () =>
      connect(url, options.caCerts).on(connectedEvent(url), connected)
        .on("data", (part: Uint8Array) => framing.received(part.length)),
  });
  sent.on("information", () => framing.interimAnswer());
  const abort = () => sent.destroy(signal.reason);
  signal.addEventListener("abort", abort);
  sent.on("response", (message) => resolve(answerOf(message, { sent, signal, framing })));
  // Nobody asked for another protocol.
  sent.on("upgrade", (_message, socket) => {
    socket.destroy();
    reject(new Error("the server switched to another protocol"));
  });
  sent.on("error", reject);
  sent.on("close", () => signal.removeEventListener("abort", abort));
  sent.end(body ?? undefined);
  return promise;
}

/** Watches over what a server sends that is no body, and hangs up where it is too much. */
class Framing {
  readonly #hangUp: (error: Error) => void;
  #interim = 0;
  #received = 0;
  #body = 0;

  constructor(hangUp: (error: Error) => void) {
    this.#hangUp = hangUp;
  }

  interimAnswer(): void {
    if (++this.#interim === INTERIM_ANSWERS_MAX + 1) {
      this.#hangUp(new Error(`the server sent more than ${INTERIM_ANSWERS_MAX} interim answers`));
    }
  }

  /** Bytes from the network, whatever they are. */
  received(bytes: number): void {
    const before = this.#excess();
    this.#received += bytes;
    // Bytes of the body come here first: what is too much is so at the next bytes.
    if (before > 0) this.#hangUp(new Error("the server sent too much beside the body"));
  }

  /** Bytes of the body, as they came. */
  body(bytes: number): void {
    this.#body += bytes;
  }

  #excess(): number {
    return this.#received - FRAMING_BYTES_MAX - this.#body * (1 + FRAMING_PER_BODY_BYTE);
  }
}

function connectedEvent({ protocol }: URL): "connect" | "secureConnect" {
  return protocol === "https:" ? "secureConnect" : "connect";
}

function connect(url: URL, caCerts: readonly string[] | undefined): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const address = { host, port: portOf(url) };
  if (url.protocol === "http:") return connectTcp(address);
  return connectTls({
    ...address,
    // A certificate for an address is not asked for by name.
    ...(isIP(host) === 0 && { servername: host }),
    ...(caCerts && { ca: [...caCerts] }),
  });
}

function headersOf(
  given: Headers,
  { host, body }: { readonly host: string; readonly body: string | null },
): Record<string, string> {
  const headers = new Headers({
    host,
    accept: "*/*",
    "accept-encoding": "gzip, deflate, br",
    "user-agent": "orch",
  });
  if (body !== null) headers.set("content-type", "text/plain;charset=UTF-8");
  for (const [name, value] of given) headers.set(name, value);
  for (const name of FRAMING_HEADERS) headers.delete(name);
  // Node sends no body with DELETE and OPTIONS unless its length is said.
  if (body !== null) headers.set("content-length", String(new TextEncoder().encode(body).length));
  headers.set("connection", "close");
  return Object.fromEntries(headers);
}

/** A request on its way, and what cuts it off. */
interface Sent {
  readonly sent: ClientRequest;
  readonly signal: AbortSignal;
  readonly framing: Framing;
}

function answerOf(message: IncomingMessage, { sent, signal, framing }: Sent): HttpAnswer {
  const status = message.statusCode!;
  const headers = new Headers();
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!);
  }
  const answer = { status, statusText: message.statusMessage ?? "", headers };
  // What has no body may still say how it would be compressed, and bytes that follow are none of it.
  if (
    sent.method === "HEAD" || [204, 304].includes(status) ||
    message.headers["content-length"] === "0"
  ) {
    message.on("error", () => {}).resume();
    return { ...answer, body: null };
  }
  const body = bodyOf(message, { sent, signal, framing });
  const decoder = DECODERS.get(headers.get("content-encoding")?.trim().toLowerCase() ?? "");
  return {
    ...answer,
    body: decoder === undefined ? body : body.pipeThrough(new DecompressionStream(decoder)),
  };
}

function isParseError(error: Error): boolean {
  return "code" in error && String(error.code).startsWith("HPE_");
}

/** The body, read no faster than it is wanted; cancelling it hangs up. */
function bodyOf(
  message: IncomingMessage,
  { sent, signal, framing }: Sent,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let failure: Error | null = null;
  let wanted = false;
  /** Whether nothing more may be said: what comes late would be thrown back. */
  let over = false;
  message.pause();
  return new ReadableStream({
    start(controller) {
      // What had come by then is read first.
      const fail = (error: Error) => {
        // Bytes that follow the end are nobody's.
        if (message.complete && isParseError(error)) return;
        failure ??= error;
        if (!wanted || over) return;
        over = true;
        controller.error(failure);
      };
      message.on("data", (part: Uint8Array) => {
        framing.body(part.length);
        message.pause();
        wanted = false;
        if (!over) controller.enqueue(new Uint8Array(part));
      });
      message.on("end", () => {
        if (over) return;
        over = true;
        // Of what was cut off an end comes too, as if nothing were missing.
        if (failure === null) controller.close();
        else controller.error(failure);
      });
      message.on("error", fail);
      // A body that is not HTTP is told to the request.
      sent.on("error", fail);
      signal.addEventListener("abort", () => fail(signal.reason));
    },
    pull(controller) {
      wanted = true;
      if (failure === null || (message.readableLength > 0 && !message.destroyed)) {
        message.resume();
        return;
      }
      over = true;
      controller.error(failure);
    },
    cancel() {
      over = true;
      message.removeAllListeners("data").removeAllListeners("end");
      sent.destroy();
    },
  }, { highWaterMark: 0 });
}
