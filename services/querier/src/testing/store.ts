import type { BlockId, Labels, ProducerId } from "@basalt/model";
import { anonymousTenant, BasaltError, blockIdFrom } from "@basalt/model";
import type { IngesterAnswer, PlanContext, QueryLimits, QueryPlan, SelectRequest, TestRow } from "@basalt/query";
import { executePlan, MemorySource, packPartial, QueryMemory, seriesLabels } from "@basalt/query";
import type { TenantLimits } from "@basalt/runtime";
import { Config, defaultLimits, equalLimits, limitSettings, runInThread, systemClock } from "@basalt/runtime";
import type { BlockListing, BlockMeta } from "@basalt/store";
import { Querier, type QuerierOptions } from "../querier.ts";
import type { SourceOpener } from "../run-job.ts";
import { queryWorkerHandlers } from "../setup-query-worker.ts";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const labels: Labels = seriesLabels(cpuType, { service_name: "shop" });

/** Who asks and when: nothing is limited. */
export const context: PlanContext = {
  tenant: anonymousTenant,
  nowMs: 600_000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 8192,
  nodesMax: 0,
};

/** Everything of one type. */
export const selection: SelectRequest = { profileTypeId: cpuType, labelSelector: "{}", startMs: 1n, endMs: 600_000n };

/** Limits as they are by default. */
export const limits: TenantLimits = defaultLimits(Config.of(Object.values(limitSettings)));

function id(number: number): BlockId {
  return blockIdFrom(number, new Uint8Array(10));
}

/** One sample at a second. */
export function row(second: number, value: bigint): TestRow {
  return { labels, timeNanos: BigInt(second) * 1_000_000_000n, samples: [{ stack: "main;work", value }] };
}

/** A block in memory; with an error it cannot be opened. */
export interface StoredBlock {
  readonly rows: TestRow[];
  readonly sources: BlockId[];
  readonly isListed: boolean;
  error?: BasaltError;
}

/** One ingester with its blocks, in memory: rows move from the head to a segment to a block. */
export class Store implements SourceOpener {
  head: TestRow[] = [];
  readonly segments: Map<BlockId, TestRow[]> = new Map();
  readonly blocks: Map<BlockId, StoredBlock> = new Map();
  readonly problems: Map<BlockId, BasaltError> = new Map();
  /** Called before a source is opened. */
  onOpen: (opened: BlockId) => void = () => undefined;
  private lastNumber = 0;

  seal(): BlockId {
    const segment = id(++this.lastNumber);
    this.segments.set(segment, this.head);
    this.head = [];
    return segment;
  }

  cut(options: { keepsSegments: boolean; isListed: boolean }): BlockId {
    const block = id(++this.lastNumber);
    const replaced = [...this.blocks.values()].flatMap(({ sources }) => sources);
    const sources = [...this.segments.keys()].filter((segment) => !replaced.includes(segment));
    const rows = sources.flatMap((segment) => this.segments.get(segment) ?? []);
    this.blocks.set(block, { rows, sources, isListed: options.isListed });
    if (!options.keepsSegments) this.segments.clear();
    return block;
  }

  async snapshotAndExecute(plan: QueryPlan, limits: QueryLimits): Promise<IngesterAnswer> {
    const head = new MemorySource(this.head, { kind: "head" });
    const partial = await executePlan(plan, [head], { limits, clock: systemClock, memory: new QueryMemory(1) });
    const segments = Array.from(this.segments, ([segment, rows]) => {
      const { range } = new MemorySource(rows);
      return { id: segment, tenant: anonymousTenant, path: "", windowStart: 0n, range };
    });
    const heads = [id(this.lastNumber + 1)];
    return {
      lease: [],
      partials: [packPartial(partial).message],
      snapshot: {
        heads,
        segments,
        recentBlocks: [...this.blocks.keys()],
        damages: [],
        windows: [],
        producer: "p" as ProducerId,
      },
    };
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<BlockListing> {
    const listed = [...this.blocks].filter(([block, { isListed }]) => isListed && !this.problems.has(block));
    return Promise.resolve({
      blocks: listed.map(([block]) => this.metaOf(block)),
      problems: [...this.problems.values()],
    });
  }

  private metaOf(block: BlockId): BlockMeta {
    const { rows = [], sources = [] } = this.blocks.get(block) ?? {};
    const { range, tenant, producer } = new MemorySource(rows);
    const window = { start: 0n, end: 900_000_000_000n };
    const rest = { sampleIds: { spans: false, traces: false }, partitions: [], files: [] };
    const parts = sources.map((id) => ({ id, windowStart: 0n }));
    return { id: block, tenant, producer, range, sources: parts, window, ...rest };
  }

  open({ id: opened }: { id: BlockId }): Promise<MemorySource> {
    this.onOpen(opened);
    const block = this.blocks.get(opened);
    if (block?.error !== undefined) return Promise.reject(block.error);
    const rows = block?.rows ?? this.segments.get(opened);
    if (rows === undefined) return Promise.reject(new BasaltError("object_not_found", `no ${opened}`));
    return Promise.resolve(new MemorySource(rows));
  }

  async querier(options: Partial<QuerierOptions> = {}): Promise<Querier> {
    const handlers = queryWorkerHandlers(this, { clock: systemClock, memory: new QueryMemory(1) });
    const pool = await runInThread(() => handlers, { name: "query", data: undefined, clock: systemClock });
    return new Querier({
      ingester: this,
      blocks: {
        list: () => this.list(),
        get: (_tenant, block) => Promise.resolve(this.problems.get(block) ?? this.metaOf(block)),
        setProblem: (_tenant, block, problem) => void this.problems.set(block, problem),
      },
      pool,
      clock: systemClock,
      limits: equalLimits(limits),
      concurrentMax: 2,
      waitingPerTenantMax: 10,
      ...options,
    });
  }
}
