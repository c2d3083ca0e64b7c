import type { BlockId, TenantId } from "@basalt/model";
import { BasaltError, nanosPerMilli } from "@basalt/model";
import type {
  IngesterQueryClient,
  PackedPartial,
  QueryAnswer,
  QueryLimits,
  QueryPlan,
  QueryRequest,
  QueryRunner,
} from "@basalt/query";
import { isAsked, isEmptyRange, mergePartials, missingSources, packPartial, plainOutcome } from "@basalt/query";
import type { Caller, Clock, Deadline, LimitsSource } from "@basalt/runtime";
import { deadlineAfter, smallestLimit } from "@basalt/runtime";
import type { BlockIndex, BlockMeta, UnsettledWindow } from "@basalt/store";
import { visibleSet } from "@basalt/store";
import { FairQueue } from "./fair-queue.ts";
import { failureOf } from "./heap-full.ts";
import { HeldLeases } from "./held-leases.ts";
import type { PlannedWork, QueryJob, QuestionWork, SourceReference } from "./query-job.ts";
import type { QueryRecord } from "./query-record.ts";
import type { QueryWorkerHandlers } from "./setup-query-worker.ts";

/** What a querier works with. */
export interface QuerierOptions {
  readonly ingester: IngesterQueryClient;
  /** Lists the visible blocks. */
  readonly blocks: Pick<BlockIndex, "list" | "get" | "setProblem">;
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

/** A query whose turn has come. */
interface RunningQuery {
  readonly request: QueryRequest;
  /** Limits of an execution that begins now. */
  readonly limitsNow: () => QueryLimits;
  readonly signal: AbortSignal;
}

/** One look of a query at its sources. */
interface Attempt extends RunningQuery {
  readonly leases: HeldLeases;
}

/** Rows move a few times in the life of a window: a query that is overtaken three times meets no ordinary cut. */
const overtakenMax = 3;

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
    const limits = this.limitsOf(request);
    const deadline = this.deadline(limits.timeoutMs, signal);
    const record = { request, tenant, startMs };
    try {
      const limitsNow = (): QueryLimits => timeLeft(limits, clock.monotonicMs() - startMs);
      const work = (): Promise<QueryAnswer> => this.runNow({ request, limitsNow, signal: deadline.signal });
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

  /** Of each limit the smallest that a tenant of the request has. */
  private limitsOf({ questions }: QueryRequest): QueryLimits {
    const tenants = new Set(questions.flatMap((plans) => plans.map(({ tenant }) => tenant)));
    const all = [...tenants].map((tenant) => this.options.limits.limitsFor(tenant));
    return {
      timeoutMs: smallestLimit(all.map((one) => one.queryTimeoutMs)),
      bytesReadMax: smallestLimit(all.map((one) => one.queryBytesReadMax)),
      memoryBytesMax: smallestLimit(all.map((one) => one.queryMemoryBytesMax)),
    };
  }

  private deadline(timeoutMs: number, parent: AbortSignal | undefined): Deadline {
    if (timeoutMs === 0) return { signal: parent ?? new AbortController().signal, release: () => undefined };
    return deadlineAfter(this.options.clock, timeoutMs, {
      code: "query_timeout",
      message: `the query took longer than ${timeoutMs} ms (-querier.query-timeout)`,
      ...(parent === undefined ? {} : { parent }),
    });
  }

  /**
   * A source that vanished between listing and opening was replaced by another, which a new look finds. One that is named
   * and missing twice is lost: the answer goes without it and says so.
   */
  private async runNow(query: RunningQuery): Promise<QueryAnswer> {
    const missedOnce = new Set<BlockId>();
    const lost = new Set<BlockId>();
    for (let overtakenCount = 0; overtakenCount < overtakenMax; ) {
      try {
        const answer = await this.attempt(query, lost);
        this.quarantine(answer);
        return answer;
      } catch (error) {
        const missing = missingSources(error);
        const missedTwice = missing.filter((id) => missedOnce.has(id));
        for (const id of missedTwice) lost.add(id);
        for (const id of missing) missedOnce.add(id);
        if (missedTwice.length === 0) overtakenCount++;
      }
    }
    const message = `rows moved ${overtakenMax} times while the query looked for them`;
    throw new BasaltError("query_overtaken", message, { retryAfterSeconds: 1 });
  }

  /** Later queries leave damaged blocks out at once. */
  private quarantine({ warnings }: QueryAnswer): void {
    for (const { text, block } of warnings) {
      if (block === undefined) continue;
      this.options.blocks.setProblem(block.tenant, block.id, new BasaltError("block_corrupt", text));
    }
  }

  private async attempt(query: RunningQuery, lost: ReadonlySet<BlockId>): Promise<QueryAnswer> {
    const { request, limitsNow, signal } = query;
    const leases = new HeldLeases(this.options.ingester);
    try {
      const gathered = await Promise.all(request.questions.map((plans) => this.gather(plans, { ...query, leases })));
      const job: QueryJob = { questions: gathered, answer: request.answer, limits: limitsNow(), lost };
      return await this.options.pool.call("run", job, { transfer: buffersOf(gathered), signal });
    } catch (error) {
      throw failureOf(error);
    } finally {
      leases.release();
    }
  }

  private async gather(plans: readonly QueryPlan[], attempt: Attempt): Promise<QuestionWork> {
    const works = await Promise.all(plans.map((plan) => this.gatherPlan(plan, attempt)));
    return {
      planned: works.map(({ planned }) => planned),
      partials: works.flatMap(({ partials }) => partials),
    };
  }

  private async gatherPlan(
    plan: QueryPlan,
    { limitsNow, leases, signal }: Attempt,
  ): Promise<{ readonly planned: PlannedWork; readonly partials: readonly PackedPartial[] }> {
    if (isEmptyRange(plan.range)) return { planned: { plan, sources: [] }, partials: [] };
    const { ingester, blocks: index } = this.options;
    // The list comes first: what becomes visible after it is among the snapshot's recent blocks.
    const listing = await index.list(plan.tenant, plan.range);
    const { partials, snapshot, lease } = await ingester.snapshotAndExecute(plan, limitsNow(), signal);
    leases.add(lease);
    const recent = await Promise.all(snapshot.recentBlocks.map((id) => index.get(plan.tenant, id, plan.range)));
    const lost = snapshot.damages.map(({ code, text }) => new BasaltError(code, text));
    const problems = [...listing.problems, ...recent.filter((found) => found instanceof BasaltError), ...lost];
    const metas = [...listing.blocks, ...recent.filter(isMeta)];
    const { blocks, segments, doubledHeads, unsettled } = visibleSet(metas, [snapshot]);
    if (doubledHeads.length > 0) {
      throw new BasaltError("object_not_found", "rows were cut into a block while they were looked for");
    }
    const sources: SourceReference[] = [
      ...blocks.map(({ id, tenant, range }) => ({ kind: "block" as const, id, tenant, range })),
      ...segments.map((segment) => ({ kind: "segment" as const, ...segment })),
    ].filter((source) => isAsked(plan, source));
    const known = [...partials, ...unreadable(plan, problems), ...contested(plan, unsettled)];
    if (plan.kind !== "stats") return { planned: { plan, sources }, partials: known };
    // The ranges are known without opening anything.
    const ranges = sources.map(({ range }) => packPartial({ kind: "stats", range, ...plainOutcome }).message);
    return { planned: { plan, sources: [] }, partials: [...known, ...ranges] };
  }
}

function timeLeft(limits: QueryLimits, elapsedMs: number): QueryLimits {
  // 0 is no limit, and stays none.
  return limits.timeoutMs === 0 ? limits : { ...limits, timeoutMs: Math.max(1, limits.timeoutMs - elapsedMs) };
}

function isMeta(found: BlockMeta | BasaltError | undefined): found is BlockMeta {
  return found !== undefined && !(found instanceof BasaltError);
}

/** An answer without rows that says which blocks cannot even be listed. */
function unreadable(plan: QueryPlan, problems: readonly BasaltError[]): PackedPartial[] {
  if (problems.length === 0) return [];
  const shown = new Map(
    problems.slice(0, warningCountMax).map(({ code, message }) => [message, { code, text: message }]),
  );
  const empty = mergePartials(plan, []);
  return [packPartial({ ...empty, isPartial: true, warnings: [...shown.values()] }).message];
}

/** An answer without rows that says where a row may count twice: until compaction, nobody compares the producers' rows. */
function contested(plan: QueryPlan, unsettled: readonly UnsettledWindow[]): PackedPartial[] {
  const [first] = unsettled;
  if (first === undefined) return [];
  const start = new Date(Number(first.window.start / nanosPerMilli)).toISOString();
  const text = `${unsettled.length} windows are held by several producers, the first of ${first.service} at ${start}: a profile that two of them hold counts twice until it is compacted`;
  const empty = mergePartials(plan, []);
  return [packPartial({ ...empty, warnings: [{ code: "window_unsettled", text }] }).message];
}

/** Enough to see what is wrong. */
const warningCountMax = 20;

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
