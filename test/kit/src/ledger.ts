import assert from "node:assert/strict";
import { join } from "node:path";
import { type CorpusProfile, readCorpus } from "./corpus.ts";
import { type Acknowledged, driveLoad, type LoadResult } from "./push.ts";
import { loadSeries, type ScheduledPush, schedule } from "./schedule.ts";
import { repositoryRoot } from "./server-under-test.ts";
import { pushedTotals, storedTotals } from "./sums.ts";

/** The load behind a ledger: pushes of the corpus that end now. */
export interface LedgerLoad {
  /** Pushes of each of the 470 series. */
  readonly ticks: number;
  readonly tickSeconds: number;
  readonly connections: number;
}

/** Read once a process: it takes 0.4 s. */
let corpus: readonly CorpusProfile[] | undefined;

/** What a test pushed, and what it is still to push: it knows which sums must be there whatever happens to the server. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  /** Those that got no answer stand first: they are sent again, and must count once whether they were stored or not. */
  pending: readonly ScheduledPush[];
  private readonly startMs: number;
  private readonly connections: number;

  constructor({ ticks, tickSeconds, connections }: LedgerLoad) {
    const endMs = Date.now();
    corpus ??= readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
    this.startMs = endMs - ticks * tickSeconds * 1000;
    this.connections = connections;
    this.pending = [...schedule(loadSeries(corpus), { ticks, tickSeconds, endNanos: BigInt(endMs) * 1_000_000n })];
  }

  /** Pushes some more; ends early when nobody answers. */
  async push(url: string, count: number, onAccepted: () => void = () => undefined): Promise<LoadResult> {
    const rest = { resample: false, overSeconds: 0, untilLost: true };
    const options = { url, connections: this.connections, ...rest, onAccepted };
    const load = await driveLoad(this.pending.slice(0, count), options);
    this.acknowledged.push(...load.acknowledged);
    const done = new Set(load.acknowledged.map(({ push }) => push.seed));
    this.pending = this.pending.filter((push) => !done.has(push.seed));
    return load;
  }

  /** Pushes the last ones that were acknowledged once more, which must not change any sum. */
  async repeat(url: string, count: number): Promise<void> {
    const known = this.acknowledged.slice(-count).map(({ push }) => push);
    const options = { url, connections: this.connections, resample: false, overSeconds: 0 };
    const { failed, firstError } = await driveLoad(known, options);
    assert.equal(failed, 0, firstError);
  }

  /** Pushes again what may have been stored without an answer, so that the sums are known exactly. */
  async settle(url: string): Promise<void> {
    const settled = this.acknowledged.length + this.connections;
    for (let attempts = 0; this.acknowledged.length < settled; attempts++) {
      assert.ok(attempts < 100, "a server that stays up takes pushes in");
      await this.push(url, settled - this.acknowledged.length);
    }
  }

  /** Compares every sum; see {@link settle}. */
  async check(url: string, when: string): Promise<void> {
    const stored = await storedTotals(url, { start: this.startMs, end: Date.now() });
    assert.deepEqual(stored, pushedTotals(this.acknowledged), when);
  }
}
