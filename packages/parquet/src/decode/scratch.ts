/** Memory that decoding reuses from chunk to chunk; one for each reader that works at a time. */
export class DecodeScratch {
  readonly #buffers = new Map<string, ArrayBuffer>();

  /** Bytes held. */
  get byteLength(): number {
    let total = 0;
    for (const buffer of this.#buffers.values()) total += buffer.byteLength;
    return total;
  }

  /**
   * Memory for one purpose: what was taken for it before is no longer valid. The content is whatever it was.
   *
   * @param purpose names the memory, such as a leaf and what is decoded of it.
   */
  take(purpose: string, byteLength: number): ArrayBuffer {
    const held = this.#buffers.get(purpose);
    if (held !== undefined && held.byteLength >= byteLength) return held;
    // an eighth of slack: chunks of one column differ a little
    const buffer = new ArrayBuffer(Math.ceil((byteLength * 1.125) / 8) * 8);
    this.#buffers.set(purpose, buffer);
    return buffer;
  }
}

/** Hands out memory for one chunk: from a scratch, or new. */
export type Allocate = (purpose: string, byteLength: number) => ArrayBuffer;

export function allocator(scratch: DecodeScratch | undefined, leaf: string): Allocate {
  if (scratch === undefined) return (_purpose, byteLength) => new ArrayBuffer(byteLength);
  return (purpose, byteLength) => scratch.take(`${leaf}/${purpose}`, byteLength);
}
