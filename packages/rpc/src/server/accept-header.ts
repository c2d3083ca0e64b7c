import { BasaltError } from "@basalt/model";
import type { ClientCapabilities } from "../call-context.ts";

const noCapabilities: ClientCapabilities = { utf8LabelNames: false };

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[^"\\\\]|\\\\.)*"';
const element = new RegExp(`^${token}(?:/${token})?(?:\\s*;\\s*${token}\\s*=\\s*(?:${token}|${quoted}))*\\s*;?$`);
const utf8LabelNames = /;\s*allow-utf8-labelnames\s*=\s*"?true"?\s*(?:;|$)/i;

/**
 * Reads what a client says of itself in the parameters of its Accept header.
 *
 * @throws BasaltError `request_malformed` when the header is not a list of media types.
 */
export function parseAccept(header: string | undefined): ClientCapabilities {
  if (header === undefined || header === "" || header === "*/*") return noCapabilities;
  let isUtf8 = false;
  for (const part of splitList(header)) {
    const text = part.trim();
    if (text === "") continue;
    if (!element.test(text)) {
      throw new BasaltError("request_malformed", `Invalid header format: Accept ${JSON.stringify(text.slice(0, 100))}`);
    }
    isUtf8 ||= utf8LabelNames.test(text);
  }
  return isUtf8 ? { utf8LabelNames: true } : noCapabilities;
}

/** Splits at commas outside quotes. */
function splitList(header: string): string[] {
  return header.includes('"') ? (header.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g) ?? []) : header.split(",");
}
