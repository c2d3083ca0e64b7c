import type { BasaltError, TenantId } from "@basalt/model";
import { formatProfileType } from "@basalt/model";
import type { QueryAnswer, QueryRequest } from "@basalt/query";
import type { LogFields } from "@basalt/runtime";

/** A query that has ended, for logs and metrics. */
export interface QueryRecord {
  readonly request: QueryRequest;
  /** The first one, if the query reads several. */
  readonly tenant: TenantId;
  /** `Clock.monotonicMs`. */
  readonly startMs: number;
  /** With the time in the queue. */
  readonly durationMs: number;
  /** One of the two is there. */
  readonly answer?: QueryAnswer;
  readonly error?: BasaltError;
}

/** The longest selector text in a log line. */
const selectorLengthMax = 500;

/** A query as the fields of a log line. */
export function describeQuery({ request, tenant, durationMs, answer, error }: QueryRecord): LogFields {
  const plan = request.questions[0]?.[0];
  return {
    tenant,
    answer: request.answer.kind,
    ...(plan !== undefined && "profileType" in plan ? { profileType: formatProfileType(plan.profileType) } : {}),
    selectors: plan?.selectors.join(" or ").slice(0, selectorLengthMax),
    rangeStartMs: plan === undefined ? undefined : Number(plan.range.start / 1_000_000n),
    rangeEndMs: plan === undefined ? undefined : Number(plan.range.end / 1_000_000n),
    durationMs: Math.round(durationMs),
    bytesRead: answer?.cost.bytesRead,
    rowsRead: answer?.cost.rowsRead,
    samplesRead: answer?.cost.samplesRead,
    bytesAnswered: answer?.bytes.length,
    partial: answer?.isPartial,
    code: error?.code,
  };
}
