/** What a cache did since it was made, and what it holds. */
export interface CacheCounts {
  readonly name: string;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Entries dropped to stay within the bytes. */
  readonly evictions: number;
}

interface Entry<V> {
  readonly value: Promise<V>;
  /** 0 while it loads. */
  bytes: number;
}

/** A cache bounded by bytes: beyond the bound what was not asked for longest goes. Loads of one key are shared. */
export class ByteCache<V> {
  readonly name: string;
  private readonly bytesMax: number;
  private readonly sizeOf: (value: V) => number;
  private readonly entries = new Map<string, Entry<V>>();
  private bytes = 0;
  private hits = 0;
  private misses = 0;
  private evictions = 0;

  /** The name appears in metrics. */
  constructor(name: string, bytesMax: number, sizeOf: (value: V) => number) {
    this.name = name;
    this.bytesMax = bytesMax;
    this.sizeOf = sizeOf;
  }

  counts(): CacheCounts {
    const { name, bytes, hits, misses, evictions } = this;
    return { name, bytes, hits, misses, evictions };
  }

  /** The cached value, or what `load` gives; a failed load is not kept. */
  async get(key: string, load: () => Promise<V>): Promise<V> {
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.hits++;
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.value;
    }
    this.misses++;
    const entry = { value: load(), bytes: 0 };
    this.entries.set(key, entry);
    try {
      const value = await entry.value;
      entry.bytes = this.sizeOf(value);
      if (this.entries.get(key) === entry) this.bytes += entry.bytes;
      this.evict();
      return value;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  private evict(): void {
    for (const [key, { bytes }] of this.entries) {
      if (this.bytes <= this.bytesMax) return;
      this.entries.delete(key);
      this.bytes -= bytes;
      this.evictions++;
    }
  }
}
