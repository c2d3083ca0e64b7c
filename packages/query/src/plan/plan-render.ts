import type { UnixNano } from "@basalt/model";
import { BasaltError, formatSelector, labelNames, nanosPerMilli, parseSelector, parseTime } from "@basalt/model";
import type { SelectRequest, SeriesRequest } from "./plan-select.ts";
import { pointIntervalSeconds } from "./point-interval.ts";

/** What `/pyroscope/render` asks, from its query string. */
export interface RenderRequest {
  readonly tree: SelectRequest;
  readonly series: SeriesRequest;
  readonly maxNodes: bigint | undefined;
}

/**
 * Reads the query string of `GET /pyroscope/render`.
 *
 * @throws BasaltError `query_malformed`, `selector_malformed`, `time_invalid`.
 */
export function parseRender(parameters: URLSearchParams, now: UnixNano): RenderRequest {
  const tree = parseSide(parameters, { query: "query", from: "from", until: "until" }, now);
  const series: SeriesRequest = {
    ...tree,
    groupBy: parameters.getAll("groupBy").filter((name) => name !== ""),
    stepSeconds: pointIntervalSeconds(Number(tree.startMs), Number(tree.endMs)),
    aggregation: parseAggregation(parameters.get("aggregation")),
  };
  return { tree, series, maxNodes: parseMaxNodes(parameters) };
}

/** What `/pyroscope/render-diff` asks. */
export interface RenderDiffRequest {
  readonly left: SelectRequest;
  readonly right: SelectRequest;
  readonly maxNodes: bigint | undefined;
}

/**
 * Reads the query string of `GET /pyroscope/render-diff`. Both sides must measure the same.
 *
 * @throws BasaltError as {@link parseRender}.
 */
export function parseRenderDiff(parameters: URLSearchParams, now: UnixNano): RenderDiffRequest {
  const left = parseSide(parameters, { query: "leftQuery", from: "leftFrom", until: "leftUntil" }, now);
  const right = parseSide(parameters, { query: "rightQuery", from: "rightFrom", until: "rightUntil" }, now);
  if (left.profileTypeId !== right.profileTypeId) {
    throw new BasaltError(
      "query_malformed",
      `profile types must match: left is ${left.profileTypeId}, right is ${right.profileTypeId}`,
    );
  }
  return { left, right, maxNodes: parseMaxNodes(parameters) };
}

/** Names of the parameters of one side. */
interface SideNames {
  readonly query: string;
  readonly from: string;
  readonly until: string;
}

function parseSide(parameters: URLSearchParams, names: SideNames, now: UnixNano): SelectRequest {
  const query = parameters.get(names.query) ?? "";
  if (query === "") throw new BasaltError("query_malformed", `parameter ${names.query} is required`);
  return {
    ...parseQuery(query, names.query),
    startMs: parseMs(parameters.get(names.from), now),
    endMs: parseMs(parameters.get(names.until), now),
  };
}

/** Takes `process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="x"}` apart. */
function parseQuery(query: string, parameter: string): { profileTypeId: string; labelSelector: string } {
  const matchers = parseSelector(query);
  const isType = (name: string): boolean => name === labelNames.name || name === labelNames.profileType;
  const type = matchers.find(({ name, operator }) => isType(name) && operator === "=");
  if (type === undefined) {
    throw new BasaltError("query_malformed", `parameter ${parameter} names no profile type: <type>{<matchers>}`);
  }
  return { profileTypeId: type.value, labelSelector: formatSelector(matchers.filter((other) => other !== type)) };
}

function parseMs(text: string | null, now: UnixNano): bigint {
  return (text === null || text === "" ? now : parseTime(text, now)) / nanosPerMilli;
}

function parseAggregation(text: string | null): "sum" | "average" {
  if (text === null || text === "" || text === "sum") return "sum";
  if (text === "avg") return "average";
  throw new BasaltError("query_malformed", `aggregation ${JSON.stringify(text.slice(0, 40))} is neither sum nor avg`);
}

function parseMaxNodes(parameters: URLSearchParams): bigint | undefined {
  const text = parameters.get("max-nodes") ?? parameters.get("maxNodes") ?? "";
  if (text === "") return undefined;
  if (/^-?\d{1,18}$/.test(text)) return BigInt(text);
  throw new BasaltError("query_malformed", `max-nodes ${JSON.stringify(text.slice(0, 40))} is not a whole number`);
}
