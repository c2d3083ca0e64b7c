import type { IncomingMessage, ServerResponse } from "node:http";
import type { HeaderFields } from "../headers.ts";
import { headerValue } from "../headers.ts";
import { BodyShare } from "./body-budget.ts";
import { BodyReader, declaredLength } from "./body-reader.ts";
import type { Exchange, WireReply } from "./exchange.ts";
import type { ServerResources } from "./server-resources.ts";

/** An unread body up to this is swallowed so that the connection can be kept, bytes. */
const swallowBytesMax = 64 << 10;

/** A request over HTTP/1.1. */
export class Http1Exchange implements Exchange {
  readonly httpVersion = 1;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderFields;
  readonly share: BodyShare;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly resources: ServerResources;
  private body: BodyReader | undefined;
  private isSent = false;

  constructor(request: IncomingMessage, response: ServerResponse, resources: ServerResources) {
    this.request = request;
    this.response = response;
    this.resources = resources;
    this.share = new BodyShare(resources.bodyBudget);
    this.method = request.method ?? "GET";
    this.target = request.url ?? "/";
    this.headers = request.headers;
    // A reset connection is reported by "close"; an error event without a listener would end the process.
    request.on("error", ignoreError);
    response.on("error", ignoreError);
  }

  get peer(): string {
    return this.request.socket.remoteAddress ?? "";
  }

  get bytesRead(): number {
    return this.body?.byteCount ?? 0;
  }

  readBody(bytesMax: number): Promise<Uint8Array> {
    const { clock, limits } = this.resources;
    this.body = new BodyReader(this.request, {
      declaredBytes: declaredLength(headerValue(this.headers, "content-length")),
      bytesMax,
      timeoutMs: limits.bodyMs,
      clock,
      share: this.share,
    });
    return this.body.read();
  }

  send(reply: WireReply): void {
    const { response } = this;
    if (this.isSent) return;
    this.isSent = true;
    this.body?.stop();
    if (response.destroyed) return;
    const hasRest = !this.request.complete && !this.isRestSmall();
    const isClosing = hasRest || this.resources.isStopping();
    const body = this.method === "HEAD" ? undefined : reply.body;
    const headers: Record<string, string | string[]> = { ...(reply.headers as Record<string, string | string[]>) };
    if (reply.status !== 204 && reply.status !== 304) headers["content-length"] = String(reply.body?.length ?? 0);
    if (isClosing) headers["connection"] = "close";
    response.writeHead(reply.status, headers);
    if (!hasRest) {
      response.end(body);
      this.limitSending();
      return;
    }
    if (body === undefined) response.flushHeaders();
    else response.write(body);
    this.drainThenClose();
  }

  onGone(listener: () => void): void {
    this.response.on("close", () => {
      if (!this.isSent) listener();
    });
  }

  destroy(): void {
    this.request.destroy();
  }

  /** Cuts off a client that does not take its answer. Most answers are with the system by now. */
  private limitSending(): void {
    const { response, resources } = this;
    const { socket } = response;
    if (socket === null || socket.writableLength === 0) return;
    const cancelTimer = resources.clock.after(resources.limits.sendMs, () => socket.destroy());
    response.once("close", cancelTimer);
  }

  /** Whether Node may swallow what is left of the body, and keep the connection. Not once reading has begun and failed. */
  private isRestSmall(): boolean {
    if (this.body?.hasBegun === true) return false;
    const declared = declaredLength(headerValue(this.headers, "content-length"));
    const isChunked = this.headers["transfer-encoding"] !== undefined;
    return !isChunked && (declared === undefined || declared <= swallowBytesMax);
  }

  /**
   * Closing with unread bytes would reset the connection, and the client could lose the answer. So the rest is read
   * for a while and thrown away; whoever still sends then is cut off.
   */
  private drainThenClose(): void {
    const { request, response } = this;
    const { clock, limits } = this.resources;
    let bytes = 0;
    const close = (): void => {
      cancelTimer();
      request.off("data", onData).off("end", close).off("close", close);
      response.end();
      this.limitSending();
      if (!request.complete) request.socket.destroySoon();
    };
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > limits.drainBytesMax) close();
    };
    const cancelTimer = clock.after(limits.drainMs, close);
    request.on("data", onData).on("end", close).on("close", close).resume();
  }
}

function ignoreError(): void {
  // "close" follows and is handled.
}
