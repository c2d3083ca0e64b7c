import { BasaltError } from "@basalt/model";
import { schema } from "./gen/schema.ts";
import { parseExactJson } from "./json/exact-json.ts";
import { JsonCodec } from "./json/json-codec.ts";
import type { MessageType } from "./message-type.ts";

/** How messages are written on the wire. */
export type Codec = "proto" | "json";

/** The JSON codec of Basalt's own messages. */
export const basaltJson: JsonCodec = new JsonCodec(schema);

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads a message. Byte fields may be views into the given bytes.
 *
 * @throws BasaltError `request_malformed`.
 */
export function decodeMessage<T>(
  type: MessageType<T>,
  codec: Codec,
  bytes: Uint8Array,
  json: JsonCodec = basaltJson,
): T {
  if (codec === "json") return json.read(type, parseExactJson(decodeUtf8(bytes)));
  try {
    return type.decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BasaltError("request_malformed", `body is not a ${type.$type}: ${reason}`);
  }
}

/** Writes a message. */
export function encodeMessage<T>(
  type: MessageType<T>,
  codec: Codec,
  message: T,
  json: JsonCodec = basaltJson,
): Uint8Array {
  return codec === "json" ? utf8Encoder.encode(json.write(type, message)) : type.encode(message).finish();
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new BasaltError("request_malformed", "body is not UTF-8");
  }
}
