/** The calls of the app, typed. 64-bit numbers arrive as strings; times are unix milliseconds. */
import type { TimeRange } from "../state/time.ts";
import { type Answer, callRpc } from "./rpc.ts";

const querier = "querier.v1.QuerierService";

/** Frames of one flame graph at most: more are not told apart on a screen, and the focus fetches what is folded away. */
export const maxNodes = 16_384;

export type Int64 = string | number;

export interface LabelPair {
  readonly name: string;
  readonly value: string;
}

export interface SeriesJson {
  readonly labels?: readonly LabelPair[];
  readonly points?: readonly { readonly value?: number; readonly timestamp?: Int64 }[];
}

export interface LevelsJson {
  readonly names?: readonly string[];
  readonly levels?: readonly { readonly values?: readonly Int64[] }[];
  readonly total?: Int64;
  readonly maxSelf?: Int64;
}

/** What one profile is merged of. */
export interface Target {
  readonly profileType: string;
  /** `{…}` */
  readonly selector: string;
  readonly range: TimeRange;
}

interface Times {
  readonly start: string;
  readonly end: string;
}

function times({ startMs, endMs }: TimeRange): Times {
  return { start: String(Math.floor(startMs)), end: String(Math.ceil(endMs)) };
}

function target({ profileType, selector, range }: Target): object {
  return { profileTypeID: profileType, labelSelector: selector, ...times(range) };
}

export interface Series {
  readonly labelsSet?: readonly { readonly labels?: readonly LabelPair[] }[];
}

/** Which values of some labels occur together. */
export function series(labelNames: readonly string[], range: TimeRange, signal: AbortSignal): Promise<Answer<Series>> {
  return callRpc(`${querier}/Series`, { labelNames, matchers: [], ...times(range) }, signal);
}

export interface Names {
  readonly names?: readonly string[];
}

export function labelNames(matchers: readonly string[], range: TimeRange, signal: AbortSignal): Promise<Answer<Names>> {
  return callRpc(`${querier}/LabelNames`, { matchers, ...times(range) }, signal);
}

/** Values of a label among the series that a selector matches. */
export interface LabelValuesQuestion {
  readonly name: string;
  readonly matchers: readonly string[];
  readonly range: TimeRange;
}

export function labelValues(question: LabelValuesQuestion, signal: AbortSignal): Promise<Answer<Names>> {
  const { name, matchers, range } = question;
  return callRpc(`${querier}/LabelValues`, { name, matchers, ...times(range) }, signal);
}

export interface SelectSeriesQuestion extends Target {
  readonly groupBy: readonly string[];
  readonly stepSeconds: number;
  readonly isAverage: boolean;
  readonly callSite?: readonly string[];
}

export interface SelectSeries {
  readonly series?: readonly SeriesJson[];
}

export function selectSeries(question: SelectSeriesQuestion, signal: AbortSignal): Promise<Answer<SelectSeries>> {
  const { groupBy, stepSeconds, isAverage, callSite } = question;
  const aggregation = isAverage ? "TIME_SERIES_AGGREGATION_TYPE_AVERAGE" : "TIME_SERIES_AGGREGATION_TYPE_SUM";
  const request = { ...target(question), groupBy, step: stepSeconds, aggregation, ...callSiteOf(callSite) };
  return callRpc(`${querier}/SelectSeries`, request, signal);
}

function callSiteOf(names: readonly string[] = []): object {
  return names.length === 0 ? {} : { stackTraceSelector: { callSite: names.map((name) => ({ name })) } };
}

export interface FlameGraphAnswer {
  readonly flamegraph?: LevelsJson;
}

/** The flame graph of a target, or of only the stacks that begin with a call site (root first). */
export function selectMergeStacktraces(
  question: Target & { readonly callSite?: readonly string[] },
  signal: AbortSignal,
): Promise<Answer<FlameGraphAnswer>> {
  const request = { ...target(question), maxNodes: String(maxNodes), ...callSiteOf(question.callSite) };
  return callRpc(`${querier}/SelectMergeStacktraces`, request, signal);
}

export interface DiffJson extends LevelsJson {
  readonly leftTicks?: Int64;
  readonly rightTicks?: Int64;
}

export function diff(left: Target, right: Target, signal: AbortSignal): Promise<Answer<{ flamegraph?: DiffJson }>> {
  const side = (of: Target): object => ({ ...target(of), maxNodes: String(maxNodes) });
  return callRpc(`${querier}/Diff`, { left: side(left), right: side(right) }, signal);
}

export type TopOrder = "SELF" | "TOTAL" | "NAME" | "SELF_DIFF" | "TOTAL_DIFF";

export interface TopFunctionsQuestion {
  readonly target: Target;
  readonly right?: Target;
  readonly order: TopOrder;
  readonly isAscending: boolean;
  readonly nameContains: string;
  readonly limit: number;
}

export interface FunctionValuesJson {
  readonly self?: Int64;
  readonly total?: Int64;
}

export interface TopFunctionJson extends FunctionValuesJson {
  readonly function?: string;
  readonly file?: string;
  readonly left?: FunctionValuesJson;
  readonly right?: FunctionValuesJson;
}

export interface TopFunctions {
  readonly functions?: readonly TopFunctionJson[];
  readonly functionCount?: Int64;
  readonly total?: Int64;
  readonly rightTotal?: Int64;
}

export function topFunctions(question: TopFunctionsQuestion, signal: AbortSignal): Promise<Answer<TopFunctions>> {
  const request = {
    query: target(question.target),
    ...(question.right === undefined ? {} : { right: target(question.right) }),
    limit: String(question.limit),
    order: `TOP_FUNCTIONS_ORDER_${question.order}`,
    ascending: question.isAscending,
    nameContains: question.nameContains,
  };
  return callRpc("basalt.v1.QueryService/TopFunctions", request, signal);
}

export interface ProfileStats {
  readonly dataIngested?: boolean;
  readonly oldestProfileTime?: Int64;
  readonly newestProfileTime?: Int64;
}

export function profileStats(signal: AbortSignal): Promise<Answer<ProfileStats>> {
  return callRpc(`${querier}/GetProfileStats`, {}, signal);
}
