import { BasaltError } from "@basalt/model";
import type { CallContext } from "../call-context.ts";
import { noticeHeaders } from "../call-context.ts";
import type { Codec } from "../codec.ts";
import { errorHeaders, RpcError, type WireError } from "../error.ts";
import { headerValue, listsCoding } from "../headers.ts";
import type { PreEncoded } from "../service.ts";
import { gunzipBounded } from "./compression.ts";
import { isGzipCoding } from "./connect-protocol.ts";
import type { Exchange, OutgoingHeaders, WireReply } from "./exchange.ts";
import { framePrefixBytes, readFrame, statusTrailers, writeFrame, writeTrailersFrame } from "./grpc-frame.ts";
import { compressedBytesMax, type Protocol } from "./protocol.ts";

/** What the variants of gRPC differ in. */
interface Variant {
  readonly name: "grpc" | "grpc-web";
  readonly codec: Codec;
  /** The request's media type, which the answer repeats. */
  readonly contentType: string;
}

/** Unary calls of gRPC, and of gRPC-Web, which sends the trailers in the body. Source: "gRPC over HTTP2"; "gRPC Web". */
export function grpcProtocol(variant: Variant): Protocol {
  return {
    name: variant.name,
    codec: variant.codec,
    timeoutMs: (exchange) => timeoutFrom(headerValue(exchange.headers, "grpc-timeout")),
    acceptsGzip: (exchange) => listsCoding(headerValue(exchange.headers, "grpc-accept-encoding"), "gzip"),
    receive,
    reply: (context, answer) => grpcReply(variant, context, answer),
    errorReply: (context, error) => grpcReply(variant, context, error),
  };
}

async function receive(exchange: Exchange, bytesMax: number): Promise<Uint8Array> {
  const isGzip = isGzipCoding(headerValue(exchange.headers, "grpc-encoding"));
  const messageBytesMax = isGzip ? compressedBytesMax(bytesMax) : bytesMax;
  const { isCompressed, message } = readFrame(await exchange.readBody(messageBytesMax + framePrefixBytes));
  if (!isCompressed) return message;
  if (!isGzip) throw new RpcError("internal", "message is compressed but grpc-encoding does not say how");
  return gunzipBounded(message, bytesMax, exchange.share);
}

function grpcReply(variant: Variant, context: CallContext | undefined, outcome: PreEncoded | WireError): WireReply {
  const error = "bytes" in outcome ? undefined : outcome;
  const headers: OutgoingHeaders = { ...context?.responseHeaders, "content-type": variant.contentType };
  const trailers: OutgoingHeaders = {
    ...context?.responseTrailers,
    ...(context === undefined ? {} : noticeHeaders(context)),
    ...(error === undefined ? {} : errorHeaders(error)),
    ...statusTrailers(error),
  };
  if (error?.code === "compression_unsupported") headers["grpc-accept-encoding"] = "gzip";
  const isGzip = "bytes" in outcome && outcome.compression === "gzip";
  if (isGzip) headers["grpc-encoding"] = "gzip";
  const message = "bytes" in outcome ? writeFrame(outcome.bytes, isGzip) : undefined;
  if (variant.name === "grpc") return { status: 200, headers, body: message, trailers };
  const end = writeTrailersFrame(trailers);
  return { status: 200, headers, body: message === undefined ? end : Buffer.concat([message, end]) };
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Eight digits and a unit, as the protocol says. */
function timeoutFrom(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(value);
  if (match === null) throw new BasaltError("request_malformed", `grpc-timeout ${JSON.stringify(value)} is malformed`);
  return Number(match[1]) * (unitMs[match[2] ?? ""] ?? 0);
}
