import { BasaltError } from "@basalt/model";
import type { CacheCounts } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "../around-bucket.ts";
import type { Bucket, ByteRange } from "../bucket.ts";
import type { DiskTier } from "./disk-tier.ts";
import { isInside, joinRanges } from "./range-batch.ts";
import { SegmentCache } from "./segment-cache.ts";
import { SharedRead } from "./shared-read.ts";

/** What a caching bucket remembers. */
export interface CachingOptions {
  /** Whether an object never changes under its key; the others go by the cache. */
  readonly isImmutable: (key: string) => boolean;
  readonly memoryBytesMax: number;
  /** Takes what memory has no room for. */
  readonly disk?: DiskTier | undefined;
}

/** A range that is being read. */
interface RangeInFlight {
  readonly range: ByteRange;
  readonly read: SharedRead;
}

/** Ranges of one object that were asked for in this turn of the event loop. */
interface Batch {
  readonly ranges: ByteRange[];
  readonly joined: Promise<readonly RangeInFlight[]>;
}

/**
 * Remembers ranges of immutable objects in memory and on disk. Ranges of one object that are asked for in one turn of the
 * event loop and lie near each other are read by one request; what is being read is not read again meanwhile.
 */
export class CachingBucket extends AroundBucket {
  private readonly options: CachingOptions;
  private readonly memory: SegmentCache;
  private readonly batches = new Map<string, Batch>();
  private readonly inFlight = new Map<string, Set<RangeInFlight>>();

  constructor(bucket: Bucket, options: CachingOptions) {
    super(bucket);
    this.options = options;
    this.memory = new SegmentCache("bucket-memory", options.memoryBytesMax);
    this.memory.onEvicted = (segment) => options.disk?.add(segment);
  }

  /** What the tiers did, for metrics. */
  get caches(): readonly { counts(): CacheCounts }[] {
    const { disk } = this.options;
    return disk === undefined ? [this.memory] : [this.memory, disk];
  }

  override async getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    if (range.length === 0 || !this.options.isImmutable(key)) return this.bucket.getRange(key, range, signal);
    const known = this.memory.find(key, range);
    if (known !== undefined) return known;
    const found = await this.findInFlight(key, range);
    try {
      const bytes = await found.read.wait(signal);
      const start = range.offset - found.range.offset;
      return bytes.slice(start, start + range.length);
    } catch (error) {
      // It may be another one's range that the object does not have.
      const isShared = found.range.length > range.length;
      if (!isShared || !(error instanceof BasaltError) || error.code !== "range_beyond_object") throw error;
      return this.bucket.getRange(key, range, signal);
    }
  }

  protected override around<T>({ operation, key }: BucketCall, run: () => Promise<T>): Promise<T> {
    if (operation === "delete") {
      this.memory.drop(key);
      this.options.disk?.drop(key);
    }
    return run();
  }

  /** A read that the range is part of: one under way, or one of those that begin after this turn. */
  private async findInFlight(key: string, range: ByteRange): Promise<RangeInFlight> {
    for (const found of this.inFlight.get(key) ?? []) {
      if (isInside(range, found.range) && !found.read.isGivenUp) return found;
    }
    const batch = this.batches.get(key) ?? this.openBatch(key);
    batch.ranges.push(range);
    const begun = await batch.joined;
    const found = begun.find((read) => isInside(range, read.range));
    // Each range of a batch is inside one of its joined ones.
    return found ?? this.begin(key, range);
  }

  private openBatch(key: string): Batch {
    const ranges: ByteRange[] = [];
    const joined = new Promise<readonly RangeInFlight[]>((resolve) => {
      setImmediate(() => {
        this.batches.delete(key);
        resolve(joinRanges(ranges).map((range) => this.begin(key, range)));
      });
    });
    const batch = { ranges, joined };
    this.batches.set(key, batch);
    return batch;
  }

  private begin(key: string, range: ByteRange): RangeInFlight {
    const reads = this.inFlight.get(key) ?? new Set();
    this.inFlight.set(key, reads);
    const begun: RangeInFlight = { range, read: new SharedRead((signal) => this.load(key, range, signal)) };
    reads.add(begun);
    const end = (): void => {
      reads.delete(begun);
      if (reads.size === 0) this.inFlight.delete(key);
    };
    begun.read.ended.then(end, end);
    return begun;
  }

  private async load(key: string, range: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
    const kept = await this.options.disk?.find(key, range);
    const bytes = kept ?? (await this.bucket.getRange(key, range, signal));
    this.memory.add({ key, offset: range.offset, bytes });
    return bytes;
  }
}
