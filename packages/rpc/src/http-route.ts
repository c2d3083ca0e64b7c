import type { ErrorCode } from "@basalt/model";
import type { CallContext } from "./call-context.ts";
import { errorHeaders, type WireError, wireErrorFrom } from "./error.ts";
import type { HeaderFields } from "./headers.ts";
import type { Tenancy } from "./service.ts";

/** A plain HTTP request, read whole. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, without the prefix of the server and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HeaderFields;
  /** As sent, also when a content-encoding is named. Owns its buffer: it may be transferred to another thread. */
  readonly body: Uint8Array;
}

/** A plain HTTP response. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text is sent as UTF-8. Gzipped by the server when accepted, large, and without a content-encoding. */
  readonly body?: Uint8Array | string;
}

/** A plain HTTP route. */
export interface HttpRoute {
  /** Exact (`/ingest`), or every path under it when it ends in a star (`/assets/*`). The longest match wins. */
  readonly path: string;
  /** HEAD comes with GET. */
  readonly methods: readonly ("GET" | "POST" | "PUT" | "DELETE")[];
  readonly tenancy: Tenancy;
  /** Larger bodies get 413; without it the server's own limit holds. */
  readonly bodyBytesMax?: number;
  /** The setting behind that limit, which the error names. */
  readonly bodyBytesSetting?: string;
  readonly handle: (request: HttpRequest, context: CallContext) => Promise<HttpResponse>;
}

/**
 * An error as plain HTTP: JSON `{"code", "message"}` with `basalt-error` and `retry-after`.
 *
 * @param status overrides the status that belongs to the code.
 */
export function errorResponse(thrown: unknown, status?: number): HttpResponse {
  return wireErrorResponse(wireErrorFrom(thrown), status);
}

/** What is wrong with a body has statuses of its own in plain HTTP. */
const plainStatuses: Readonly<Partial<Record<ErrorCode, number>>> = { request_too_large: 413, request_incomplete: 408 };

/** {@link errorResponse} of an error already mapped. */
export function wireErrorResponse(error: WireError, status?: number): HttpResponse {
  return {
    status: status ?? plainStatuses[error.code ?? "internal"] ?? error.httpStatus,
    headers: { "content-type": "application/json", ...errorHeaders(error) },
    body: JSON.stringify({ code: error.rpcCode, message: error.message }),
  };
}

/** A JSON answer. */
export function jsonResponse(value: unknown, status = 200): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** A plain text answer. */
export function textResponse(text: string, status = 200): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: text };
}
