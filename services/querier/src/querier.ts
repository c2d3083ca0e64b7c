import type { BlockId, TenantId, TimeRange } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import type {
  IngesterQueryClient,
  PackedPartial,
  QueryAnswer,
  QueryLimits,
  QueryPlan,
  QueryRequest,
  QueryRunner,
} from "@basalt/query";
import { isAsked, isEmptyRange, packPartial, plainOutcome } from "@basalt/query";
import type { Caller, Clock, Deadline, LimitsSource } from "@basalt/runtime";
import { deadlineAfter } from "@basalt/runtime";
import { FairQueue } from "./fair-queue.ts";
import type { PlannedWork, QueryJob, QuestionWork, SourceReference } from "./query-job.ts";
import type { QueryRecord } from "./query-record.ts";
import type { QueryWorkerHandlers } from "./setup-query-worker.ts";
import type { VisibleBlock } from "./visible-sources.ts";
import { visibleSources } from "./visible-sources.ts";

/** What the list of blocks tells of each. */
export interface ListedBlock extends VisibleBlock {
  readonly tenant: TenantId;
  /** First and last profile time. */
  readonly range: TimeRange;
}

/** The blocks of the bucket. */
export interface BlockCatalog {
  /** Every visible block of a tenant, the named ones included even if they became visible a moment ago. */
  blocks(tenant: TenantId, named: readonly BlockId[], signal?: AbortSignal): Promise<readonly ListedBlock[]>;
}

/** What a querier works with. */
export interface QuerierOptions {
  readonly ingester: IngesterQueryClient;
  readonly catalog: BlockCatalog;
  readonly pool: Caller<QueryWorkerHandlers>;
  readonly clock: Clock;
  readonly limits: LimitsSource;
  /** `-querier.max-concurrent`: queries that run at once, each in a pool worker of its own. */
  readonly concurrentMax: number;
  /** `-query-scheduler.max-outstanding-requests-per-tenant`. */
  readonly waitingPerTenantMax: number;
  /** Told of each query when it has ended. */
  readonly onQuery?: (record: QueryRecord) => void;
}

/** Rows move a few times in the life of a window: a query that is overtaken three times in a row meets no ordinary cut. */
const attemptsMax = 3;

/** Answers queries: asks the ingesters for their heads, finds segments and blocks, and lets a pool worker do the rest. */
export class Querier implements QueryRunner {
  private readonly options: QuerierOptions;
  private readonly queue: FairQueue;

  constructor(options: QuerierOptions) {
    this.options = options;
    const { concurrentMax: runningMax, waitingPerTenantMax } = options;
    this.queue = new FairQueue({ runningMax, waitingPerTenantMax });
  }

  /** Queries that run or wait now. */
  get inFlightCount(): number {
    return this.queue.runningCount + this.queue.waitingCount;
  }

  async run(request: QueryRequest, signal?: AbortSignal): Promise<QueryAnswer> {
    const { clock, onQuery } = this.options;
    const tenant = tenantOf(request);
    const startMs = clock.monotonicMs();
    const limits = this.limitsOf(tenant);
    const deadline = this.deadline(limits.timeoutMs, signal);
    const record = { request, tenant, startMs };
    try {
      const work = (): Promise<QueryAnswer> => this.runNow(request, limits, deadline.signal);
      const answer = await this.queue.run(tenant, work, deadline.signal);
      onQuery?.({ ...record, durationMs: clock.monotonicMs() - startMs, answer });
      return answer;
    } catch (error) {
      onQuery?.({ ...record, durationMs: clock.monotonicMs() - startMs, error: BasaltError.from(error) });
      throw error;
    } finally {
      deadline.release();
    }
  }

  private limitsOf(tenant: TenantId): QueryLimits {
    const { queryTimeoutMs, queryBytesReadMax, queryMemoryBytesMax } = this.options.limits.limitsFor(tenant);
    return { timeoutMs: queryTimeoutMs, bytesReadMax: queryBytesReadMax, memoryBytesMax: queryMemoryBytesMax };
  }

  private deadline(timeoutMs: number, parent: AbortSignal | undefined): Deadline {
    if (timeoutMs === 0) return { signal: parent ?? new AbortController().signal, release: () => undefined };
    return deadlineAfter(this.options.clock, timeoutMs, {
      code: "query_timeout",
      message: `the query took longer than ${timeoutMs} ms (-querier.query-timeout)`,
      ...(parent === undefined ? {} : { parent }),
    });
  }

  /** A source that vanished between listing and opening was replaced by another, which a new look finds. */
  private async runNow(request: QueryRequest, limits: QueryLimits, signal: AbortSignal): Promise<QueryAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(request, limits, signal);
      } catch (error) {
        const isMoved = error instanceof BasaltError && error.code === "object_not_found";
        if (!isMoved || attempt === attemptsMax) throw error;
      }
    }
  }

  private async attempt(request: QueryRequest, limits: QueryLimits, signal: AbortSignal): Promise<QueryAnswer> {
    const gathered = await Promise.all(request.questions.map((plans) => this.gather(plans, limits, signal)));
    const job: QueryJob = { questions: gathered, answer: request.answer, limits };
    return this.options.pool.call("run", job, { transfer: buffersOf(gathered), signal });
  }

  private async gather(plans: readonly QueryPlan[], limits: QueryLimits, signal: AbortSignal): Promise<QuestionWork> {
    const works = await Promise.all(plans.map((plan) => this.gatherPlan(plan, limits, signal)));
    return {
      planned: works.map(({ planned }) => planned),
      partials: works.flatMap(({ partials }) => partials),
    };
  }

  private async gatherPlan(
    plan: QueryPlan,
    limits: QueryLimits,
    signal: AbortSignal,
  ): Promise<{ readonly planned: PlannedWork; readonly partials: readonly PackedPartial[] }> {
    if (isEmptyRange(plan.range)) return { planned: { plan, sources: [] }, partials: [] };
    const { ingester, catalog } = this.options;
    const { partials, snapshot } = await ingester.snapshotAndExecute(plan, limits, signal);
    // The list is taken after the snapshot: what left a segment since then is in a block that is listed.
    const listed = await catalog.blocks(plan.tenant, snapshot.recentBlocks, signal);
    const { blocks, segments, overtakesHead } = visibleSources({ ...snapshot, blocks: listed });
    if (overtakesHead)
      throw new BasaltError("object_not_found", "rows were cut into a block while they were looked for");
    const sources: SourceReference[] = [
      ...blocks.map(({ id, tenant, range }) => ({ kind: "block" as const, id, tenant, range })),
      ...segments.map((segment) => ({ kind: "segment" as const, ...segment })),
    ].filter((source) => isAsked(plan, source));
    if (plan.kind !== "stats") return { planned: { plan, sources }, partials };
    // The ranges are known without opening anything.
    const ranges = sources.map(({ range }) => packPartial({ kind: "stats", range, ...plainOutcome }).message);
    return { planned: { plan, sources: [] }, partials: [...partials, ...ranges] };
  }
}

function tenantOf({ questions }: QueryRequest): TenantId {
  const tenant = questions[0]?.[0]?.tenant;
  if (tenant === undefined) throw new Error("assertion failed: a request has a plan");
  return tenant;
}

/** Buffers of head partials: they were copied out of other threads for this query alone, so they move on. */
function buffersOf(questions: readonly QuestionWork[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { partials } of questions) {
    for (const partial of partials) if (partial.kind === "packedTree") buffers.add(partial.bytes.buffer);
  }
  return [...buffers];
}
