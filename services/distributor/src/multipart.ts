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
  // The line break before a boundary is part of it: one needle, for which the search runs natively to the end.
  const delimiter = ascii.encode(`\r\n--${boundaryOf(contentType)}`);
  const parts = new Map<string, Uint8Array>();
  let position = endOfFirst(body, delimiter);
  for (let count = 0; ; count++) {
    if (body[position] === 0x2d && body[position + 1] === 0x2d) return parts;
    if (count === partsMax) malformed(`more than ${partsMax} parts`);
    const headerStart = afterLineBreak(body, position);
    const headerEnd = endOfHeaders(body, headerStart);
    const contentStart = headerEnd + headerBreak.length;
    const next = indexOfBytes(body, delimiter, contentStart);
    if (next < 0) malformed("a part does not end");
    const name = partName(text.decode(body.subarray(headerStart, headerEnd)));
    if (name !== undefined && !parts.has(name)) parts.set(name, body.subarray(contentStart, next));
    position = next + delimiter.length;
  }
}

const lineBreakBytes = 2;
const headerBreak = ascii.encode("\r\n\r\n");

function boundaryOf(contentType: string): string {
  const found = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) malformed("its content type names no boundary");
  return boundary;
}

/** Where the first boundary ends: at the start of the body, or of a line after a preamble. */
function endOfFirst(body: Uint8Array, delimiter: Uint8Array): number {
  const atStart = delimiter.subarray(lineBreakBytes);
  if (indexOfBytes(body.subarray(0, atStart.length), atStart, 0) === 0) return atStart.length;
  const found = indexOfBytes(body, delimiter, 0);
  if (found < 0) malformed("the boundary of its content type does not occur");
  return found + delimiter.length;
}

/** The break before the first header is a part's first byte when it has none. */
function endOfHeaders(body: Uint8Array, headerStart: number): number {
  const from = headerStart - lineBreakBytes;
  const end = indexOfBytes(body.subarray(0, headerStart + partHeaderBytesMax + headerBreak.length), headerBreak, from);
  if (end < 0) malformed("a part's headers do not end");
  return end;
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
