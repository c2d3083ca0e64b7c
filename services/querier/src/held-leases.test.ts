import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, BasaltError, type ProducerId } from "@basalt/model";
import type { IngesterAnswer, PlanContext, QueryAnswer, QueryRequest, SnapshotLease } from "@basalt/query";
import { planTree } from "@basalt/query";
import { Config, defaultLimits, equalLimits, limitSettings, ManualClock } from "@basalt/runtime";
import { Querier } from "./querier.ts";

const context: PlanContext = {
  tenant: anonymousTenant,
  nowMs: 600_000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 8192,
  nodesMax: 0,
};
const selection = { profileTypeId: "a:b:c:d:e", labelSelector: "{}", startMs: 1n, endMs: 600_000n };
const plan = planTree(selection, context);
const twoQuestions: QueryRequest = {
  questions: [[plan], [plan]],
  answer: { kind: "diff", codec: "proto", maxNodes: 0 },
};

/** An ingester that gives leases and takes them back, and a pool that looks at what is held while it works. */
class World {
  readonly held = new Set<number>();
  /** Leases held when the pool worked. */
  readonly seen: number[] = [];
  /** What the ingester does before it answers, and the pool before it does. */
  onAsk: (asked: number) => Promise<void> = () => Promise.resolve();
  onRun: (run: number) => void = () => undefined;
  private lastLease = 0;
  private runs = 0;

  readonly querier: Querier = new Querier({
    ingester: {
      snapshotAndExecute: async (): Promise<IngesterAnswer> => {
        const lease = ++this.lastLease;
        await this.onAsk(lease);
        this.held.add(lease);
        const snapshot = {
          heads: [],
          segments: [],
          recentBlocks: [],
          damages: [],
          windows: [],
          producer: "p" as ProducerId,
        };
        return { partials: [], snapshot, lease: [undefined, lease] };
      },
      release: ([, lease]: SnapshotLease) => {
        assert.ok(lease !== undefined && this.held.delete(lease), "a lease is released once");
        return Promise.reject(new BasaltError("worker_lost", "the shard ends"));
      },
    },
    blocks: {
      list: () => Promise.resolve({ blocks: [], problems: [] }),
      get: () => Promise.resolve(undefined),
      setProblem: () => undefined,
    },
    pool: {
      call: async () => {
        this.seen.push(this.held.size);
        this.onRun(++this.runs);
        return { bytes: new Uint8Array(), isPartial: false, warnings: [] } as unknown as QueryAnswer as never;
      },
    },
    clock: new ManualClock(),
    limits: equalLimits(defaultLimits(Config.of(Object.values(limitSettings)))),
    concurrentMax: 4,
    waitingPerTenantMax: 4,
  });
}

test("snapshots are held while the query runs, and released by its answer and by each look that met a cut", async () => {
  const world = new World();
  world.onRun = (run): void => {
    if (run === 1) throw new BasaltError("object_not_found", "cut meanwhile");
  };
  await world.querier.run(twoQuestions);
  assert.deepEqual([world.seen, world.held.size], [[2, 2], 0]);
});

test("snapshots are released by an error, and one that comes after the error at once", async () => {
  const world = new World();
  world.onRun = (): void => {
    throw new BasaltError("query_bytes_limit", "too much");
  };
  await assert.rejects(world.querier.run(twoQuestions), { code: "query_bytes_limit" });
  assert.deepEqual([world.seen, world.held.size], [[2], 0]);
  let answerSecond = (): void => undefined;
  world.onAsk = (asked): Promise<void> =>
    asked % 2 === 1
      ? Promise.reject(new BasaltError("worker_lost", "gone"))
      : new Promise((resolve) => {
          answerSecond = resolve;
        });
  await assert.rejects(world.querier.run(twoQuestions), { code: "worker_lost" });
  answerSecond();
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
  assert.deepEqual([world.seen, world.held.size], [[2], 0]);
});
