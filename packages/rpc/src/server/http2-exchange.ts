import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { HeaderFields } from "../headers.ts";
import { headerValue } from "../headers.ts";
import { BodyShare } from "./body-budget.ts";
import { BodyReader, declaredLength } from "./body-reader.ts";
import type { Exchange, WireReply } from "./exchange.ts";
import type { ServerResources } from "./server-resources.ts";

/** Between looks at whether an answer is on its way, ms. Only after requests that are answered before they end. */
const sentPollMs = 2;

/** A request over HTTP/2. */
export class Http2Exchange implements Exchange {
  readonly httpVersion = 2;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderFields;
  readonly share: BodyShare;
  private readonly stream: ServerHttp2Stream;
  private readonly resources: ServerResources;
  private body: BodyReader | undefined;
  private isSent = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, resources: ServerResources) {
    this.stream = stream;
    this.resources = resources;
    this.share = new BodyShare(resources.bodyBudget);
    this.method = headers[":method"] ?? "GET";
    this.target = headers[":path"] ?? "/";
    this.headers = headers;
    // A reset stream is reported by "close"; an error event without a listener would end the process.
    stream.on("error", ignoreError);
  }

  get peer(): string {
    return this.stream.session?.socket.remoteAddress ?? "";
  }

  get bytesRead(): number {
    return this.body?.byteCount ?? 0;
  }

  readBody(bytesMax: number): Promise<Uint8Array> {
    const { clock, limits } = this.resources;
    this.body = new BodyReader(this.stream, {
      declaredBytes: declaredLength(headerValue(this.headers, "content-length")),
      bytesMax,
      timeoutMs: limits.bodyMs,
      clock,
      share: this.share,
    });
    return this.body.read();
  }

  send(reply: WireReply): void {
    const { stream } = this;
    if (this.isSent) return;
    this.isSent = true;
    this.body?.stop();
    if (stream.destroyed || stream.closed) return;
    const { body, trailers } = reply;
    const headers = { ...reply.headers, ":status": reply.status } as OutgoingHttpHeaders;
    if (trailers === undefined && reply.status !== 204 && reply.status !== 304) {
      headers["content-length"] = body?.length ?? 0;
    }
    const isBodyless = body === undefined || this.method === "HEAD";
    stream.respond(headers, {
      waitForTrailers: trailers !== undefined,
      endStream: isBodyless && trailers === undefined,
    });
    if (trailers !== undefined) {
      stream.once("wantTrailers", () => this.sendTrailers(trailers as OutgoingHttpHeaders));
    } else {
      stream.once("finish", () => this.endRequest());
    }
    if (isBodyless) stream.end();
    else stream.end(body);
    const cancelTimer = this.resources.clock.after(this.resources.limits.sendMs, () => stream.destroy());
    stream.once("close", cancelTimer);
  }

  onGone(listener: () => void): void {
    this.stream.on("close", () => {
      if (!this.isSent) listener();
    });
  }

  destroy(): void {
    this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  private sendTrailers(trailers: OutgoingHttpHeaders): void {
    try {
      this.stream.sendTrailers(trailers);
      this.endRequest();
    } catch {
      // A trailer that a handler built badly. The client must not take the answer for complete.
      this.destroy();
    }
  }

  /**
   * After a complete answer the client may stop sending: RST_STREAM with NO_ERROR says so (RFC 9113, 8.1). What is on
   * its way is read and thrown away, because unread bytes would hold the flow-control window of the whole connection.
   */
  private endRequest(): void {
    const { stream } = this;
    if (stream.readableEnded || stream.destroyed) return;
    stream.resume();
    const { clock, limits } = this.resources;
    const giveUpMs = clock.monotonicMs() + limits.drainMs;
    const closeWhenSent = (): void => {
      if (stream.destroyed || (!stream.closed && stream.state.remoteClose === 1)) return;
      // nghttp2 sends a reset before data that still waits: the answer would be lost.
      if (!stream.closed && stream.state.localClose === 1) stream.close(constants.NGHTTP2_NO_ERROR);
      // Closed but not destroyed: the client reset the stream with NO_ERROR, and Node waits in vain to send the answer.
      else if (clock.monotonicMs() < giveUpMs) clock.after(sentPollMs, closeWhenSent);
      else stream.destroy();
    };
    clock.after(sentPollMs, closeWhenSent);
  }
}

function ignoreError(): void {
  // "close" follows and is handled.
}
