import { nanosPerMilli } from "@basalt/model";
import type { AnswerCodec, AnswerSpec, PlanContext, QueryAnswer, QueryPlan, QueryRunner } from "@basalt/query";
import { isEmptyRange } from "@basalt/query";
import type { CallContext } from "@basalt/rpc";
import { PreEncoded } from "@basalt/rpc";
import type { Clock, LimitsSource } from "@basalt/runtime";
import { planContextOf } from "./query-limits.ts";

/** What the handlers of the frontend work with. */
export interface QueryFrontendOptions {
  readonly runner: QueryRunner;
  readonly clock: Clock;
  readonly limits: LimitsSource;
}

/** One call of a client while it is planned and answered. */
export class QueryCall {
  /** Who asks, when, and what it may ask. */
  readonly plan: PlanContext;
  /** In what the response message is written. */
  readonly codec: AnswerCodec;
  private readonly options: QueryFrontendOptions;
  private readonly context: CallContext;

  constructor(options: QueryFrontendOptions, context: CallContext) {
    this.options = options;
    this.context = context;
    this.plan = planContextOf(context.tenants, options.limits, options.clock.nowMs());
    this.codec = context.codec === "json" ? "json" : "proto";
  }

  /** Whether the client copes only with label names as they were before UTF-8 ones. */
  get legacyNamesOnly(): boolean {
    return !this.context.facts.capabilities.utf8LabelNames;
  }

  /** Runs plans, one a question, over all tenants of the call; what is to be said beside the answer goes into the call's headers. */
  async run(plans: readonly QueryPlan[], answer: AnswerSpec): Promise<QueryAnswer> {
    const { tenants } = this.context;
    if (plans.some((plan) => isCutByLookback(plan, this.plan))) {
      const reach = `the last ${this.plan.lookbackMaxMs / 1000} s (-querier.max-query-lookback)`;
      this.context.warn("range_clamped", `the time range begins earlier than queries may look back, which is ${reach}`);
    }
    const questions = plans.map((plan) => tenants.map((tenant) => ({ ...plan, tenant })));
    const result = await this.options.runner.run({ questions, answer }, this.context.signal);
    for (const { code, text } of result.warnings) this.context.warn(code, text);
    if (result.isPartial) this.context.markPartial();
    return result;
  }

  /** The same as a response message. */
  async respond(plans: readonly QueryPlan[], answer: AnswerSpec): Promise<PreEncoded> {
    const { bytes } = await this.run(plans, answer);
    return new PreEncoded(bytes, this.codec);
  }
}

/** Whether planning moved the start of a range, or found that nothing is left of it. */
function isCutByLookback(plan: QueryPlan, { lookbackMaxMs, nowMs }: PlanContext): boolean {
  if (lookbackMaxMs === 0) return false;
  if (isEmptyRange(plan.range)) return true;
  const earliestMs = Math.floor(nowMs - lookbackMaxMs);
  if (plan.kind === "series") return plan.firstPointMs === earliestMs;
  return plan.range.start === BigInt(earliestMs) * nanosPerMilli;
}
