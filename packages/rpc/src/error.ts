import type { ErrorCode, RpcCode } from "@basalt/model";
import { BasaltError, errorCodes, rpcCodes } from "@basalt/model";

/** A typed detail of an error: a protobuf message with its name. */
export interface ErrorDetail {
  /** Full protobuf name, such as `google.rpc.ErrorInfo`. */
  readonly type: string;
  readonly value: Uint8Array;
}

/** An error in the terms of the wire alone, for services that must choose code, text and details exactly. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly rpcCode: RpcCode;
  readonly details: readonly ErrorDetail[];

  constructor(rpcCode: RpcCode, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.rpcCode = rpcCode;
    this.details = details;
  }
}

/** What a client sees of an error, whichever protocol it speaks. */
export interface WireError {
  readonly rpcCode: RpcCode;
  /** The stable code of Basalt; undefined for an {@link RpcError}. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  /** HTTP status of a Connect or plain HTTP answer. */
  readonly httpStatus: number;
  readonly details: readonly ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;
}

/** How long a client should wait that meets 429 or 503 and no other word, s. */
const retryAfterDefaultSeconds = 1;

/**
 * Maps anything thrown to what a client may see. What is neither a BasaltError nor an RpcError is an internal error
 * whose text stays in the log.
 */
export function wireErrorFrom(thrown: unknown): WireError {
  if (thrown instanceof RpcError) {
    const httpStatus = rpcCodes[thrown.rpcCode].http;
    const { rpcCode, message, details } = thrown;
    return { rpcCode, code: undefined, message, httpStatus, details, retryAfterSeconds: undefined };
  }
  const { rpcCode, code, publicMessage, retryAfterSeconds } = BasaltError.from(thrown);
  const httpStatus = rpcCodes[rpcCode].http;
  // A request that is too large stays so.
  const isBusy = (httpStatus === 429 || httpStatus === 503) && code !== "request_too_large";
  return {
    rpcCode,
    code,
    message: publicMessage,
    httpStatus,
    details: [],
    retryAfterSeconds: retryAfterSeconds ?? (isBusy ? retryAfterDefaultSeconds : undefined),
  };
}

/** The inverse of {@link wireErrorFrom}: what a caller throws when a callee on another machine failed. */
export function errorFromWire(error: Omit<WireError, "httpStatus">): BasaltError | RpcError {
  const { rpcCode, code, message, details, retryAfterSeconds } = error;
  if (code === undefined || !(code in errorCodes)) return new RpcError(rpcCode, message, details);
  const suffix = ` [${code}]`;
  return new BasaltError(code, message.endsWith(suffix) ? message.slice(0, -suffix.length) : message, {
    rpcCode,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** Headers that accompany an error in every protocol: `basalt-error` and `retry-after`. */
export function errorHeaders(error: WireError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.code !== undefined) headers["basalt-error"] = error.code;
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterSeconds));
  return headers;
}
