/** Questions that several pages ask. */
import {
  labelNames,
  labelValues,
  type Names,
  type ProfileStats,
  profileStats,
  type Series,
  series,
  type Target,
} from "../api/querier.ts";
import { type AnswerState, useAnswer } from "../api/use-answer.ts";
import { parseQuery, printSelector, type Query } from "../state/query-lang.ts";
import { parseRange, type TimeRange } from "../state/time.ts";
import type { Selection } from "../state/url.ts";

/** Service names and the profile types they have. */
export interface Catalogue {
  readonly typesOfService: ReadonlyMap<string, readonly string[]>;
  /** Every type, sorted. */
  readonly types: readonly string[];
}

const serviceLabel = "service_name";
const typeLabel = "__profile_type__";

/** Asks which services there are and what they measure. */
export function useCatalogue(range: TimeRange | string): readonly [Catalogue, AnswerState<Series>] {
  const key = typeof range === "string" ? undefined : keyOf("series", range);
  const state = useAnswer(key, (signal) => series([serviceLabel, typeLabel], rangeOr(range), signal));
  return [catalogueOf(state.answer?.value), state];
}

export function catalogueOf(answer: Series | undefined): Catalogue {
  const typesOfService = new Map<string, string[]>();
  for (const { labels = [] } of answer?.labelsSet ?? []) {
    const service = labels.find(({ name }) => name === serviceLabel)?.value;
    const type = labels.find(({ name }) => name === typeLabel)?.value;
    if (service === undefined || type === undefined) continue;
    const types = typesOfService.get(service) ?? [];
    typesOfService.set(service, [...types, type]);
  }
  const types = [...new Set([...typesOfService.values()].flat())].sort();
  return { typesOfService: new Map([...typesOfService].sort(([a], [b]) => (a < b ? -1 : 1))), types };
}

/** Whether anything was ever received. */
export function useProfileStats(moment: number): AnswerState<ProfileStats> {
  return useAnswer(`stats ${moment}`, profileStats);
}

/** Names of labels that some profiles carry, without the reserved ones. */
export function useLabelNames(target: Target | undefined): readonly string[] {
  const key = target === undefined ? undefined : keyOf("names", target);
  const state = useAnswer<Names>(key, (signal) => labelNames(matchersOf(target), rangeOr(target?.range), signal));
  return (state.answer?.value.names ?? []).filter((name) => !name.startsWith("__"));
}

/** Values of one label among the profiles of a target. */
export function useLabelValues(name: string, target: Target | undefined): AnswerState<Names> {
  const key = target === undefined ? undefined : keyOf(`values ${name}`, target);
  return useAnswer<Names>(key, (signal) =>
    labelValues({ name, matchers: matchersOf(target), range: rangeOr(target?.range) }, signal),
  );
}

function matchersOf(target: Target | undefined): readonly string[] {
  if (target === undefined) return [];
  const type = target.profileType === "" ? [] : [`${typeLabel}="${target.profileType}"`];
  const inner = target.selector.slice(1, -1).trim();
  return [`{${[...type, ...(inner === "" ? [] : [inner])].join(",")}}`];
}

/** A question without a range is not asked (its key is undefined): this only satisfies its type. */
function rangeOr(range: TimeRange | string | undefined): TimeRange {
  return range === undefined || typeof range === "string" ? { startMs: 0, endMs: 0 } : range;
}

/** Two questions with the same key have the same answer. */
export function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

/** A selection as a request needs it, or what is wrong with it. */
export interface ReadSelection {
  readonly query: Query;
  readonly range: TimeRange | undefined;
  readonly target: Target | undefined;
  readonly fault: string | undefined;
}

/** Reads the query and the range of a selection. */
export function readSelection(selection: Selection, moment: number): ReadSelection {
  const parsed = parseQuery(selection.query);
  const ends = parseRange(selection.from, selection.until, moment);
  const range = typeof ends === "string" ? undefined : ends;
  const query: Query = "fault" in parsed ? { profileType: "", matchers: [] } : parsed;
  const fault = "fault" in parsed ? `query: ${parsed.fault} (at character ${parsed.at + 1})` : undefined;
  const isWhole = fault === undefined && range !== undefined && query.profileType !== "";
  const target = isWhole
    ? { profileType: query.profileType, selector: printSelector(query.matchers), range }
    : undefined;
  return { query, range, target, fault: fault ?? (typeof ends === "string" ? ends : undefined) };
}
