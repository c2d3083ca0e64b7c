import type { CallContext, ProtocolName } from "../call-context.ts";
import type { Codec } from "../codec.ts";
import type { WireError } from "../error.ts";
import type { PreEncoded } from "../service.ts";
import type { Exchange, WireReply } from "./exchange.ts";

/** One of the wire protocols of a unary call, with the codec that the request chose. */
export interface Protocol {
  readonly name: ProtocolName;
  readonly codec: Codec;
  /**
   * How long the client waits, ms; undefined if it does not say.
   *
   * @throws BasaltError `request_malformed`.
   */
  timeoutMs(exchange: Exchange): number | undefined;
  /** Whether the client reads gzipped messages. */
  acceptsGzip(exchange: Exchange): boolean;
  /**
   * Reads the request message, decompressed.
   *
   * @throws BasaltError, RpcError for each way in which it may be wrong.
   */
  receive(exchange: Exchange, bytesMax: number): Promise<Uint8Array>;
  /** The answer with the headers and trailers of its context. */
  reply(context: CallContext, answer: PreEncoded): WireReply;
  /** An error; the context is missing when the request could not even be understood. */
  errorReply(context: CallContext | undefined, error: WireError): WireReply;
}

/** A compressed body may be a little larger than what is in it. Source: zlib's compressBound, rounded up. */
export function compressedBytesMax(bytesMax: number): number {
  return bytesMax + (bytesMax >>> 10) + 1024;
}
