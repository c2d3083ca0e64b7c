import { ByteBuffer } from "../bytes/byte-buffer.ts";

/** Memory that a writer reuses from chunk to chunk. */
export class EncodeScratch {
  /** The page being encoded. */
  readonly page: ByteBuffer = new ByteBuffer(2 ** 16);
  #words = new Uint32Array(0);
  #indexes = new Uint32Array(0);

  /** Room for the integers of one chunk, in words; the content is whatever it was. */
  words(count: number): Uint32Array {
    if (this.#words.length < count) this.#words = new Uint32Array(count);
    return this.#words.subarray(0, count);
  }

  /** Room for the dictionary indexes of one chunk; the content is whatever it was. */
  indexes(count: number): Uint32Array {
    if (this.#indexes.length < count) this.#indexes = new Uint32Array(count);
    return this.#indexes.subarray(0, count);
  }
}
