/** The same bytes as a Uint8Array proper: `slice` of Node's Buffer, a subclass, does not copy. */
export function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
