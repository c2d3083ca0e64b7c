import assert from "node:assert/strict";
import { nanosPerMilli, type TenantId } from "@basalt/model";
import { type DiskFault, fileError, type Random, seededRandom } from "@basalt/runtime";
import { type DrawnBatch, drawBatch, drawnLabels, drawnProfileId } from "./draw-batch.ts";
import { rowName, rowText } from "./read-rows.ts";
import { type StoreProcess, StoreWorld } from "./store-world.ts";

/** The model: what was acknowledged, and what was pushed and may be there. */
export class RowModel {
  readonly acknowledged: Map<string, string> = new Map();
  readonly pushed: Map<string, string> = new Map();
  readonly batches: DrawnBatch[] = [];

  rowsOf(batch: DrawnBatch): Map<string, string> {
    const rows = new Map<string, string>();
    for (const row of batch.rows) {
      const kept = Object.entries(row.samples).filter(([, value]) => BigInt(value) !== 0n);
      const samples = kept.map(([stack, value]) => {
        const span = row.spans?.[stack] ?? 0n;
        return `${stack}${span === 0n ? "" : `@${span}`}=${value}`;
      });
      const total = kept.reduce((sum, [, value]) => sum + BigInt(value), 0n);
      const facts = [batch.timeNanos, 10_000_000_000n, BigInt(batch.id), total];
      rows.set(rowName(batch.tenant, drawnLabels(batch, row), drawnProfileId(batch.id)), rowText(facts, samples));
    }
    return rows;
  }
}

const tenants = ["ann", "bob"] as const;
const frames = ["main", "run", "work", "read", "parse", "idle"];

/** Plays with a store: draws what happens from a seed, and compares what queries see with a plain map of rows. */
export class StorePlayer {
  readonly model: RowModel = new RowModel();
  readonly world: StoreWorld;
  readonly random: Random;
  readonly seed: number;
  private nextId = 1;
  private pending: Promise<unknown>[] = [];

  constructor(seed: number) {
    this.seed = seed;
    this.random = seededRandom(seed);
    this.world = new StoreWorld({ seed, shardCount: 1 + (seed % 3), headBytesMax: 600_000, smallWindowBytes: 6000 });
  }

  below(limit: number): number {
    return Math.floor(this.random.next() * limit);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  get process(): StoreProcess {
    const { process } = this.world;
    assert.ok(process !== undefined);
    return process;
  }

  draw(): DrawnBatch {
    const id = this.nextId++;
    const backMs = this.below(4) === 0 ? this.pick([20, 70]) * 60_000 : this.below(60_000);
    const hasSpans = this.below(5) === 0;
    const rows = Array.from({ length: 1 + this.below(3) }, (_, type) => {
      const samples: Record<string, number | bigint> = {};
      const spans: Record<string, bigint> = {};
      for (let i = this.below(6); i >= 0; i--) {
        const depth = this.below(5);
        const stack = Array.from({ length: depth }, () => this.pick(frames)).join(";");
        samples[stack] = this.below(10) === 0 ? 2n ** 60n + BigInt(this.below(100)) : this.below(50);
        if (hasSpans && this.below(2) === 0) spans[stack] = BigInt(1 + this.below(3));
      }
      return { labels: { pod: `p${this.below(3)}`, type: `t${type}` }, samples, ...(hasSpans ? { spans } : {}) };
    });
    const timeNanos = BigInt(this.world.clock.ms - backMs) * nanosPerMilli + BigInt(this.below(1000));
    return { tenant: this.pick(tenants), service: `s${this.below(3)}`, timeNanos, id, rows };
  }

  async push(batch: DrawnBatch): Promise<void> {
    const rows = this.model.rowsOf(batch);
    for (const [name, text] of rows) this.model.pushed.set(name, text);
    this.model.batches.push(batch);
    const { process } = this;
    try {
      const result = await process.push(drawBatch(batch));
      assert.equal(result.rows + result.duplicates, rows.size);
    } catch (error) {
      assertExpected(error);
      return;
    }
    for (const [name, text] of rows) this.model.acknowledged.set(name, text);
  }

  async check(): Promise<void> {
    const { process } = this;
    for (const tenant of tenants) {
      const own = (rows: ReadonlyMap<string, string>): [string, string][] =>
        [...rows].filter(([name]) => name.startsWith(`${tenant} `));
      const before = own(this.model.acknowledged);
      const seen = await process.query(tenant as TenantId);
      for (const [name, text] of before) assert.equal(seen.get(name), text, `acknowledged row ${name}`);
      for (const [name, text] of seen)
        assert.equal(text, this.model.pushed.get(name), `row ${name} that nobody pushed`);
    }
  }

  start(task: Promise<unknown>): void {
    const done = task.catch(assertExpected);
    this.pending.push(done);
  }

  async settle(): Promise<void> {
    while (this.pending.length > 0) await this.pending.shift();
  }

  async restart(kind: "kill" | "powerCut"): Promise<void> {
    this.world.disk.crash(kind);
    await this.settle();
    await this.world.start();
  }

  async step(): Promise<void> {
    const { world, process } = this;
    switch (this.below(16)) {
      case 0:
        return process.coordinator?.flush().catch(assertExpected);
      case 1:
        return this.start(process.coordinator?.flush() ?? Promise.resolve());
      case 2:
        return this.start(Promise.all(process.shards.map((shard) => shard.seal())));
      case 3:
        world.clock.ms += this.below(3) === 0 ? this.below(3_600_000) : this.below(300_000);
        return this.start(process.coordinator?.tick() ?? Promise.resolve());
      case 4:
        return this.settle();
      case 5:
        return this.restart(this.below(2) === 0 ? "kill" : "powerCut");
      case 6:
        return this.crashSoon();
      case 7:
        return this.runFull();
      case 8:
        return this.check();
      case 9:
        return this.start(this.check());
      case 10:
        if (this.model.batches.length > 0) this.start(this.push(this.pick(this.model.batches)));
        return;
      default: {
        const pushes = Array.from({ length: 1 + this.below(4) }, () => this.push(this.draw()));
        for (const push of pushes) this.start(push);
        if (this.below(2) === 0) await this.settle();
      }
    }
  }

  /** A crash, or an error of the disk, at some operation of the next few. */
  async crashSoon(): Promise<void> {
    const { disk } = this.world;
    const at = disk.operationCount + 1 + this.below(60);
    const fault = this.pick(["kill", "powerCut", fileError("EIO", "disk")] as const);
    disk.fault = ({ index }) => (index === at ? fault : undefined);
    for (let i = this.below(4); i >= 0; i--) this.start(this.push(this.draw()));
    this.start(this.process.coordinator?.flush() ?? Promise.resolve());
    await this.settle();
    disk.fault = undefined;
    await this.restart("powerCut");
  }

  async runFull(): Promise<void> {
    const { disk } = this.world;
    disk.quotaBytes = disk.usedBytes() + this.below(3000);
    for (let i = this.below(4); i >= 0; i--) this.start(this.push(this.draw()));
    this.start(this.process.coordinator?.flush() ?? Promise.resolve());
    await this.settle();
    await this.check();
    disk.quotaBytes = Number.POSITIVE_INFINITY;
  }
}

/** Errors that a dead, full or failing disk brings; anything else is a fault of the program. */
function assertExpected(error: unknown): undefined {
  const codes: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) codes.push((at as { code?: unknown }).code);
  const expected = [
    "EDEAD",
    "EIO",
    "ENOSPC",
    "EBADF",
    "disk_full",
    "shutting_down",
    "head_full",
    "late_windows_limit",
    "not_ready",
  ];
  assert.ok(
    codes.some((code) => expected.includes(String(code))),
    error instanceof Error ? `${error.stack}\n${String(error.cause)}` : String(error),
  );
  return undefined;
}

/** One game: some steps, then a power cut, then a flush; a query after each tells the truth. */
export async function playSeed(seed: number, steps: number): Promise<void> {
  const player = new StorePlayer(seed);
  await player.world.start();
  for (let step = 0; step < steps; step++) await player.step();
  await player.settle();
  await player.check();
  await player.restart("powerCut");
  await player.check();
  await player.process.coordinator?.flush();
  await player.check();
  const uncut = player.process.shards.flatMap((shard) => shard.uncutParts());
  assert.deepEqual(uncut, []);
}

/**
 * A fixed story (pushes, a retry, a seal, late rows, two flushes) in which one operation of the disk fails, or is the last
 * of the process. True when the story ended before that operation came.
 */
export async function playFault(fault: DiskFault, at: number): Promise<boolean> {
  const player = new StorePlayer(at);
  const { disk } = player.world;
  await player.world.start();
  const first = disk.operationCount;
  disk.fault = ({ index }) => (index === first + at ? fault : undefined);
  const batches = [player.draw(), player.draw(), player.draw(), player.draw()];
  const [a, b, c, d] = batches as [DrawnBatch, DrawnBatch, DrawnBatch, DrawnBatch];
  await Promise.all([player.push(a), player.push(b)]);
  player.start(player.check());
  player.start(Promise.all(player.process.shards.map((shard) => shard.seal())));
  await player.push(c);
  await player.settle();
  player.start(player.process.coordinator?.flush() ?? Promise.resolve());
  await player.push(a);
  await player.push(d);
  await player.settle();
  player.start(player.check());
  await player.process.coordinator?.flush().catch(assertExpected);
  await player.settle();
  const isOver = disk.operationCount < first + at;
  disk.fault = undefined;
  await player.restart("powerCut");
  await player.check();
  for (const batch of batches) await player.push(batch);
  await player.process.coordinator?.flush();
  await player.check();
  for (const name of player.model.pushed.keys()) assert.ok(player.model.acknowledged.has(name), name);
  return isOver;
}
