import type { Clock } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "./around-bucket.ts";
import type { Bucket, ByteRange } from "./bucket.ts";

/** What came of a read that was late: the second request won, the first did after all, or no second one was allowed. */
export type HedgeResult = "won" | "lost" | "denied";

/** When late reads are asked for twice. */
export interface HedgeOptions {
  readonly clock: Pick<Clock, "after">;
  /** How late a read must be, beyond what its bytes take. */
  readonly delayMs: number;
  readonly onHedge?: (result: HedgeResult) => void;
}

/** 20 MB/s: what one connection to S3 gives at least while all is well. */
const bytesPerMs = 20_000;

/** One read in twenty, and ten in a row: a storage that is slow for all is not asked twice for everything. */
const budgetPerRead = 0.05;
const budgetMax = 10;

/** Asks again for a range that is late and takes what comes first; the other request is given up. */
export function hedgedBucket(bucket: Bucket, options: HedgeOptions): Bucket {
  return new HedgedBucket(bucket, options);
}

/** A request on its way. */
interface Attempt {
  readonly result: Promise<Uint8Array>;
  giveUp(): void;
}

class HedgedBucket extends AroundBucket {
  private readonly options: HedgeOptions;
  private budget = budgetMax;

  constructor(bucket: Bucket, options: HedgeOptions) {
    super(bucket);
    this.options = options;
  }

  override async getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    this.budget = Math.min(budgetMax, this.budget + budgetPerRead);
    const first = this.begin(key, range, signal);
    if (!(await this.isLate(first, range))) return first.result;
    if (this.budget < 1) {
      this.options.onHedge?.("denied");
      return first.result;
    }
    this.budget--;
    return this.firstOf(first, this.begin(key, range, signal));
  }

  protected override around<T>(_call: BucketCall, run: () => Promise<T>): Promise<T> {
    return run();
  }

  private begin(key: string, range: ByteRange, signal: AbortSignal | undefined): Attempt {
    const controller = new AbortController();
    const either = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
    return { result: this.bucket.getRange(key, range, either), giveUp: () => controller.abort() };
  }

  /** False as soon as the attempt ends, well or not. */
  private isLate({ result }: Attempt, { length }: ByteRange): Promise<boolean> {
    const { clock, delayMs } = this.options;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = clock.after(delayMs + length / bytesPerMs, () => resolve(true));
    const ended = (): void => {
      cancel();
      resolve(false);
    };
    result.then(ended, ended);
    return promise;
  }

  private async firstOf(first: Attempt, second: Attempt): Promise<Uint8Array> {
    try {
      const firstWins = first.result.then((bytes) => ({ bytes, outcome: "lost" as const }));
      const secondWins = second.result.then((bytes) => ({ bytes, outcome: "won" as const }));
      const { bytes, outcome } = await Promise.any([firstWins, secondWins]);
      this.options.onHedge?.(outcome);
      return bytes;
    } catch {
      // Both failed: the first one tells why.
      return await first.result;
    } finally {
      first.giveUp();
      second.giveUp();
    }
  }
}
