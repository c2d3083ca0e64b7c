import { BasaltError, rpcCodes } from "@basalt/model";
import { RpcError, type WireError } from "../error.ts";
import { Status } from "../gen/google/rpc/status.ts";
import { unpaddedBase64 } from "./base64.ts";

/** Bytes before each message: one of flags, four of length (big-endian). Source: "gRPC over HTTP2", Length-Prefixed-Message. */
export const framePrefixBytes = 5;
const compressedFlag = 0x01;
/** Marks the trailers in a gRPC-Web body. */
const trailersFlag = 0x80;

/** The one message of a unary request. */
export interface Frame {
  readonly isCompressed: boolean;
  /** A view into the body. */
  readonly message: Uint8Array;
}

/**
 * Takes the single message out of a unary body.
 *
 * @throws RpcError `unimplemented` when there is not exactly one, BasaltError `request_malformed` when it is cut short
 *   or has an unknown flag.
 */
export function readFrame(body: Uint8Array): Frame {
  if (body.length === 0) throw new RpcError("unimplemented", "unary request without a message");
  if (body.length < framePrefixBytes) throw new BasaltError("request_malformed", "message prefix is cut short");
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const flags = view.getUint8(0);
  const end = framePrefixBytes + view.getUint32(1);
  if ((flags & ~compressedFlag) !== 0) throw new BasaltError("request_malformed", `message has unknown flags ${flags}`);
  if (end > body.length) {
    throw new BasaltError("request_malformed", `message of ${end - framePrefixBytes} bytes is cut short`);
  }
  if (end < body.length) throw new RpcError("unimplemented", "unary request with more than one message");
  return { isCompressed: flags !== 0, message: body.subarray(framePrefixBytes, end) };
}

/** Puts the prefix before a message. */
export function writeFrame(message: Uint8Array, isCompressed: boolean): Uint8Array {
  return frame(message, isCompressed ? compressedFlag : 0);
}

function frame(payload: Uint8Array, flags: number): Uint8Array {
  const bytes = new Uint8Array(framePrefixBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, flags);
  view.setUint32(1, payload.length);
  bytes.set(payload, framePrefixBytes);
  return bytes;
}

/** The last frame of a gRPC-Web body: trailers as text. Source: "gRPC Web", PROTOCOL-WEB.md. */
export function writeTrailersFrame(trailers: Readonly<Record<string, string | readonly string[]>>): Uint8Array {
  let text = "";
  for (const [name, value] of Object.entries(trailers)) {
    for (const item of typeof value === "string" ? [value] : value) text += `${name}: ${item}\r\n`;
  }
  return frame(new TextEncoder().encode(text), trailersFlag);
}

/** `grpc-status`, `grpc-message` and, with details, `grpc-status-details-bin`. */
export function statusTrailers(error: WireError | undefined): Record<string, string> {
  if (error === undefined) return { "grpc-status": "0" };
  const trailers: Record<string, string> = { "grpc-status": String(rpcCodes[error.rpcCode].grpc) };
  if (error.message !== "") trailers["grpc-message"] = percentEncode(error.message);
  if (error.details.length > 0) trailers["grpc-status-details-bin"] = unpaddedBase64(encodeStatus(error));
  return trailers;
}

/** Percent-encodes all but printable ASCII, and the percent sign. Source: "gRPC over HTTP2", Percent-Encoded. */
function percentEncode(text: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(text)) return text;
  let encoded = "";
  for (const byte of new TextEncoder().encode(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function encodeStatus(error: WireError): Uint8Array {
  const details = error.details.map(({ type, value }) => ({ typeUrl: `type.googleapis.com/${type}`, value }));
  return Status.encode({ code: rpcCodes[error.rpcCode].grpc, message: error.message, details }).finish();
}
