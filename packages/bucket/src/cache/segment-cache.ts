import type { CacheCounts } from "@basalt/runtime";
import type { ByteRange } from "../bucket.ts";

/** Bytes of an object that were read together. */
export interface Segment {
  readonly key: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What a segment takes besides its bytes: entries of two maps and their objects. */
const segmentOverheadBytes = 400;

/** Segments in memory, bounded by bytes: beyond the bound what was not asked for longest goes. */
export class SegmentCache {
  /** Takes what goes for lack of room. */
  onEvicted: (segment: Segment) => void = () => undefined;
  private readonly name: string;
  private readonly bytesMax: number;
  /** In the order of their last use. */
  private readonly segments = new Set<Segment>();
  private readonly byKey = new Map<string, Segment[]>();
  private readonly counters = { bytes: 0, hits: 0, misses: 0, evictions: 0 };

  constructor(name: string, bytesMax: number) {
    this.name = name;
    this.bytesMax = bytesMax;
  }

  counts(): CacheCounts {
    return { name: this.name, ...this.counters };
  }

  /** A copy of the range, if one segment holds all of it. */
  find(key: string, { offset, length }: ByteRange): Uint8Array | undefined {
    const found = this.byKey
      .get(key)
      ?.find((segment) => segment.offset <= offset && offset + length <= segment.offset + segment.bytes.length);
    if (found === undefined) {
      this.counters.misses++;
      return undefined;
    }
    this.counters.hits++;
    this.segments.delete(found);
    this.segments.add(found);
    return found.bytes.slice(offset - found.offset, offset - found.offset + length);
  }

  add(segment: Segment): void {
    const size = sizeOf(segment);
    if (size > this.bytesMax) return;
    const { key } = segment;
    // What the new one holds already is not kept twice.
    for (const old of this.byKey.get(key) ?? []) if (covers(segment, old)) this.remove(old);
    this.segments.add(segment);
    const siblings = this.byKey.get(key);
    if (siblings === undefined) this.byKey.set(key, [segment]);
    else siblings.push(segment);
    this.counters.bytes += size;
    for (const oldest of this.segments) {
      if (this.counters.bytes <= this.bytesMax) return;
      this.remove(oldest);
      this.counters.evictions++;
      this.onEvicted(oldest);
    }
  }

  /** Forgets an object. */
  drop(key: string): void {
    for (const segment of this.byKey.get(key) ?? []) this.remove(segment);
  }

  private remove(segment: Segment): void {
    const { key } = segment;
    this.segments.delete(segment);
    const siblings = (this.byKey.get(key) ?? []).filter((other) => other !== segment);
    if (siblings.length === 0) this.byKey.delete(key);
    else this.byKey.set(key, siblings);
    this.counters.bytes -= sizeOf(segment);
  }
}

function sizeOf({ bytes, key }: Segment): number {
  return bytes.length + segmentOverheadBytes + 2 * key.length;
}

function covers(outer: Segment, inner: Segment): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.bytes.length <= outer.offset + outer.bytes.length;
}
