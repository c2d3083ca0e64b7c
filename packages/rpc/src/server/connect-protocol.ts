import { BasaltError } from "@basalt/model";
import type { CallContext } from "../call-context.ts";
import { noticeHeaders } from "../call-context.ts";
import type { Codec } from "../codec.ts";
import { errorHeaders, type WireError } from "../error.ts";
import { headerValue, listsCoding } from "../headers.ts";
import type { PreEncoded } from "../service.ts";
import { unpaddedBase64 } from "./base64.ts";
import { gunzipBounded } from "./compression.ts";
import type { Exchange, OutgoingHeaders } from "./exchange.ts";
import { compressedBytesMax, type Protocol } from "./protocol.ts";

/** Unary calls of the Connect protocol, by POST. Source: connectrpc.com/docs/protocol. */
export function connectPost(codec: Codec): Protocol {
  return {
    ...connectAnswers(codec),
    acceptsGzip: (exchange) => listsCoding(headerValue(exchange.headers, "accept-encoding"), "gzip"),
    receive: async (exchange, bytesMax) => {
      const encoding = headerValue(exchange.headers, "content-encoding");
      const isGzip = isGzipCoding(encoding);
      const body = await exchange.readBody(isGzip ? compressedBytesMax(bytesMax) : bytesMax);
      return isGzip ? gunzipBounded(body, bytesMax, exchange.share) : body;
    },
  };
}

/** The same by GET, for methods without side effects: the message is in the query. */
export function connectGet(codec: Codec, query: URLSearchParams): Protocol {
  return {
    ...connectAnswers(codec),
    acceptsGzip: (exchange) => listsCoding(headerValue(exchange.headers, "accept-encoding"), "gzip"),
    receive: async (exchange, bytesMax) => {
      const version = query.get("connect");
      if (version !== null && version !== "v1") {
        throw new BasaltError("request_malformed", `parameter connect must be v1, got ${JSON.stringify(version)}`);
      }
      const text = query.get("message");
      if (text === null) throw new BasaltError("request_malformed", "parameter message is missing");
      const message = query.get("base64") === "1" ? fromBase64(text) : new TextEncoder().encode(text);
      const isGzip = isGzipCoding(query.get("compression") ?? undefined);
      return isGzip ? gunzipBounded(message, bytesMax, exchange.share) : message;
    },
  };
}

function connectAnswers(codec: Codec): Pick<Protocol, "name" | "codec" | "timeoutMs" | "reply" | "errorReply"> {
  return {
    name: "connect",
    codec,
    timeoutMs: (exchange) => {
      checkVersion(exchange);
      return timeoutFrom(headerValue(exchange.headers, "connect-timeout-ms"));
    },
    reply: (context, answer) => ({
      status: 200,
      headers: { ...answerHeaders(context), ...contentHeaders(codec, answer) },
      body: answer.bytes,
    }),
    errorReply: (context, error) => ({
      status: error.httpStatus,
      headers: {
        ...(context === undefined ? {} : answerHeaders(context)),
        "content-type": "application/json",
        ...errorHeaders(error),
        ...(error.code === "compression_unsupported" ? { "accept-encoding": "gzip" } : {}),
      },
      body: errorBody(error),
    }),
  };
}

/** The headers of a call, its notices, and its trailers, which Connect sends as headers with a prefix. */
function answerHeaders(context: CallContext): OutgoingHeaders {
  const headers: OutgoingHeaders = { ...context.responseHeaders, ...noticeHeaders(context) };
  for (const [name, value] of Object.entries(context.responseTrailers)) headers[`trailer-${name}`] = value;
  return headers;
}

function contentHeaders(codec: Codec, answer: PreEncoded): OutgoingHeaders {
  const headers: OutgoingHeaders = { "content-type": `application/${codec}` };
  if (answer.compression === "gzip") {
    headers["content-encoding"] = "gzip";
    headers["vary"] = "accept-encoding";
  }
  return headers;
}

function errorBody({ rpcCode, message, details }: WireError): Uint8Array {
  const json: { code: string; message?: string; details?: unknown[] } = { code: rpcCode };
  if (message !== "") json.message = message;
  if (details.length > 0) {
    json.details = details.map(({ type, value }) => ({ type, value: unpaddedBase64(value) }));
  }
  return new TextEncoder().encode(JSON.stringify(json));
}

function checkVersion(exchange: Exchange): void {
  const version = headerValue(exchange.headers, "connect-protocol-version");
  if (version !== undefined && version !== "1") {
    throw new BasaltError("request_malformed", `connect-protocol-version ${JSON.stringify(version)} is not 1`);
  }
}

/** Ten digits at most, as the protocol says. */
function timeoutFrom(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,10}$/.test(value)) {
    throw new BasaltError("request_malformed", `connect-timeout-ms ${JSON.stringify(value)} is not a number`);
  }
  return Number(value);
}

/**
 * Whether a coding is gzip.
 *
 * @throws BasaltError `compression_unsupported` when it is neither gzip nor identity.
 */
export function isGzipCoding(coding: string | undefined): boolean {
  if (coding === undefined || coding === "" || coding === "identity") return false;
  if (coding === "gzip") return true;
  throw new BasaltError(
    "compression_unsupported",
    `compression ${JSON.stringify(coding)} is not one of gzip, identity`,
  );
}

function fromBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text))
    throw new BasaltError("request_malformed", "parameter message is not base64");
  return new Uint8Array(Buffer.from(text, "base64"));
}
