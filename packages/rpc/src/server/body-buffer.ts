/** A declared length is trusted with one allocation up to this; beyond it memory follows what arrives. */
const trustedBytesMax = 1 << 20;
/** Smaller chunks are gathered: a body sent byte by byte must not become a million buffers. */
const gatherBytesMax = 1 << 10;
const gatherBufferBytes = 16 << 10;

/** Collects the chunks of a body and gives them as one buffer that nothing else refers to. */
export class BodyBuffer {
  private readonly pieces: Uint8Array[] = [];
  /** The last piece, while it has room. */
  private open: Uint8Array | undefined;
  private openByteCount = 0;
  private totalByteCount = 0;

  /** @param declaredBytes what the sender says will come; undefined if it does not. */
  constructor(declaredBytes: number | undefined) {
    if (declaredBytes !== undefined && declaredBytes <= trustedBytesMax) this.open = new Uint8Array(declaredBytes);
  }

  /** Bytes received so far. */
  get byteCount(): number {
    return this.totalByteCount;
  }

  /** Takes a chunk, which nobody changes afterwards. */
  append(chunk: Uint8Array): void {
    this.totalByteCount += chunk.length;
    if (this.open !== undefined && this.openByteCount + chunk.length <= this.open.length) {
      this.open.set(chunk, this.openByteCount);
      this.openByteCount += chunk.length;
      return;
    }
    this.closeOpen();
    if (chunk.length >= gatherBytesMax) {
      this.pieces.push(chunk);
      return;
    }
    this.open = new Uint8Array(gatherBufferBytes);
    this.open.set(chunk);
    this.openByteCount = chunk.length;
  }

  /** The whole body. */
  take(): Uint8Array {
    if (this.pieces.length === 0 && this.openByteCount === this.open?.length) return this.open;
    this.closeOpen();
    const whole = new Uint8Array(this.totalByteCount);
    let offset = 0;
    for (const piece of this.pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }

  private closeOpen(): void {
    if (this.open !== undefined && this.openByteCount > 0) this.pieces.push(this.open.subarray(0, this.openByteCount));
    this.open = undefined;
    this.openByteCount = 0;
  }
}
