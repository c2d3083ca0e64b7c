/** A cache bounded by bytes: beyond the bound what was used longest ago goes. Loads of one key are shared. */
export class ByteCache<T> {
  readonly #bytesMax: number;
  readonly #sizeOf: (value: T) => number;
  readonly #entries = new Map<string, { readonly value: Promise<T>; bytes: number }>();
  #bytes = 0;
  hits: number = 0;
  misses: number = 0;

  constructor(bytesMax: number, sizeOf: (value: T) => number) {
    this.#bytesMax = bytesMax;
    this.#sizeOf = sizeOf;
  }

  /** Bytes of the values held. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** The cached value, or what `load` gives; a failed load is not kept. */
  async get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.hits++;
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.value;
    }
    this.misses++;
    const entry = { value: load(), bytes: 0 };
    this.#entries.set(key, entry);
    try {
      const value = await entry.value;
      entry.bytes = this.#sizeOf(value);
      if (this.#entries.get(key) === entry) this.#bytes += entry.bytes;
      this.#evict();
      return value;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  #evict(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
