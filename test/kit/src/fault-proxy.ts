import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { freePort } from "./server-under-test.ts";

/** A request as it comes to a proxy. */
export interface ProxiedRequest {
  /** Counts from 1. */
  readonly index: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What happens to a request in place of being passed on. */
export type ProxyFault =
  /** It is passed on later. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** It is answered at once and goes nowhere. */
  | { readonly kind: "answer"; readonly status: number; readonly code: string; readonly retryAfterSeconds?: number }
  /** It goes nowhere and is never answered. */
  | { readonly kind: "stall" }
  /** It is done, and the answer's body breaks off after so many bytes. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** It is done, and the answer says that it was not. */
  | { readonly kind: "lie"; readonly status: number; readonly code: string }
  /** It is done, and the connection breaks off without an answer. */
  | { readonly kind: "lose" }
  /** A listing is answered as it was the last time it was asked for, whatever was written since. */
  | { readonly kind: "stale" };

/** 503 as S3 asks for less. */
export const slowDown: ProxyFault = { kind: "answer", status: 503, code: "SlowDown" };

/** A listing that proxies remember, for `stale`; so many at most. */
const rememberedMax = 100;

/** A proxy on loopback before an HTTP server, S3's above all, that does to requests what a test asks for. */
export class FaultProxy {
  readonly url: string;
  /** Asked for each request. */
  fault: (request: ProxiedRequest) => ProxyFault | undefined = () => undefined;
  requestCount: number = 0;
  private readonly upstream: URL;
  private readonly port: number;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly listings = new Map<string, Buffer>();
  private server: Server | undefined;

  private constructor(upstream: string, port: number) {
    this.upstream = new URL(upstream);
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a proxy before a server. */
  static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream, await freePort());
    await proxy.up();
    return proxy;
  }

  /** Listens, again after {@link down}. */
  async up(): Promise<void> {
    const server = createServer((incoming, answer) => void this.take(incoming, answer));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
  }

  /** Breaks every connection off and refuses new ones. */
  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async stop(): Promise<void> {
    await this.down();
    this.agent.destroy();
  }

  private async take(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/" } = incoming;
    const fault = this.fault({ index: ++this.requestCount, method, path });
    switch (fault?.kind) {
      case "stall":
        incoming.resume();
        return;
      case "answer":
        incoming.resume();
        incoming.once("end", () => refuse(answer, fault));
        return;
      case "stale": {
        const remembered = this.listings.get(path);
        if (remembered === undefined) break;
        answer.writeHead(200, { "content-type": "application/xml" }).end(remembered);
        return;
      }
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
        break;
      default:
    }
    this.passOn(incoming, answer, fault);
  }

  private passOn(incoming: IncomingMessage, answer: ServerResponse, fault: ProxyFault | undefined): void {
    const { method, url: path = "/", headers } = incoming;
    const { hostname, port } = this.upstream;
    // The host stays as the client sent it: its signature covers it.
    const outgoing = request({ hostname, port, method, path, headers, agent: this.agent }, (reply) => {
      if (fault?.kind === "lie" || fault?.kind === "lose") {
        reply.resume();
        reply.once("end", () => (fault.kind === "lie" ? refuse(answer, fault) : answer.destroy()));
        return;
      }
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      if (fault?.kind === "cut") cutOff(reply, answer, fault.afterBytes);
      else reply.pipe(answer);
      if (path.includes("list-type=2")) this.remember(path, reply);
    });
    outgoing.once("error", () => answer.destroy());
    answer.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  private remember(path: string, reply: IncomingMessage): void {
    const parts: Buffer[] = [];
    reply.on("data", (part: Buffer) => parts.push(part));
    reply.once("end", () => {
      if (this.listings.size < rememberedMax) this.listings.set(path, Buffer.concat(parts));
    });
  }
}

function refuse(
  answer: ServerResponse,
  { status, code, retryAfterSeconds }: { status: number; code: string; retryAfterSeconds?: number },
): void {
  const retryAfter = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  answer.writeHead(status, { "content-type": "application/xml", ...retryAfter });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>by the proxy</Message></Error>`);
}

function cutOff(reply: IncomingMessage, answer: ServerResponse, afterBytes: number): void {
  let left = afterBytes;
  reply.on("data", (part: Buffer) => {
    if (left <= 0) return;
    const passed = part.subarray(0, left);
    left -= passed.length;
    answer.write(passed, () => {
      if (left <= 0) answer.destroy();
    });
  });
  reply.once("end", () => answer.destroy());
}
