import { BasaltError } from "@basalt/model";

/** A SDK sends three parts; 16 leave room. */
const partsMax = 16;
/** 8 KiB: a part's headers are two short lines. */
const partHeaderBytesMax = 8192;

const ascii = new TextEncoder();
const text = new TextDecoder();

/**
 * Reads a `multipart/form-data` body that lies in memory and gives its parts by name, without copying them.
 * The first part of a name wins. Source: RFC 7578 and RFC 2046 §5.1.
 *
 * @throws BasaltError `request_malformed`.
 */
export function readMultipart(contentType: string, body: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const delimiter = ascii.encode(`--${boundaryOf(contentType)}`);
  const parts = new Map<string, Uint8Array>();
  let position = indexOfBytes(body, delimiter, 0);
  if (position < 0) malformed("the boundary of its content type does not occur");
  for (let count = 0; ; count++) {
    position += delimiter.length;
    if (body[position] === 0x2d && body[position + 1] === 0x2d) return parts;
    if (count === partsMax) malformed(`more than ${partsMax} parts`);
    const headerStart = afterLineBreak(body, position);
    const headerEnd = indexOfBytes(body, headerBreak, headerStart - 2);
    if (headerEnd < 0 || headerEnd - headerStart > partHeaderBytesMax) malformed("a part's headers do not end");
    const contentStart = headerEnd + headerBreak.length;
    const next = indexOfDelimiter(body, delimiter, contentStart);
    if (next < 0) malformed("a part does not end");
    const name = partName(text.decode(body.subarray(headerStart, headerEnd)));
    if (name !== undefined && !parts.has(name)) parts.set(name, body.subarray(contentStart, next - 2));
    position = next;
  }
}

const headerBreak = ascii.encode("\r\n\r\n");

function boundaryOf(contentType: string): string {
  const found = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) malformed("its content type names no boundary");
  return boundary;
}

/** The next delimiter that stands at the start of a line. */
function indexOfDelimiter(body: Uint8Array, delimiter: Uint8Array, from: number): number {
  for (let at = indexOfBytes(body, delimiter, from); at >= 0; at = indexOfBytes(body, delimiter, at + 1)) {
    if (at - 2 >= from && body[at - 2] === 0x0d && body[at - 1] === 0x0a) return at;
  }
  return -1;
}

function afterLineBreak(body: Uint8Array, from: number): number {
  // White space may follow a boundary.
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  if (body[at] !== 0x0d || body[at + 1] !== 0x0a) malformed("a boundary is not followed by a line break");
  return at + 2;
}

function partName(headers: string): string | undefined {
  const disposition = /^content-disposition:[^\r\n]*/im.exec(headers)?.[0];
  const found = /[;\s]name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition ?? "");
  return found?.[1] ?? found?.[2];
}

/** Position of a byte sequence, or -1. The search runs natively. */
function indexOfBytes(body: Uint8Array, wanted: Uint8Array, from: number): number {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).indexOf(wanted, from);
}

function malformed(reason: string): never {
  throw new BasaltError("request_malformed", `multipart body: ${reason}`);
}
