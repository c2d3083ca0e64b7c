/** The exact table of functions: which rows to ask for, and what they hold. */
import { useMemo } from "preact/hooks";
import {
  type Int64,
  type Target,
  type TopFunctionJson,
  type TopFunctions,
  type TopOrder,
  topFunctions,
} from "../api/querier.ts";
import { type AnswerState, useAnswer } from "../api/use-answer.ts";
import { compileSearch } from "../flame/search.ts";
import { sortByChange } from "./share-change.ts";
import { keyOf } from "./use-profile-data.ts";

/** Rows asked for: more than anybody scrolls through; the search finds the others. */
const rowsMax = 1000;
/** Rows of a comparison: they are sorted here, because the server knows changes of values, not of shares. */
const comparedRowsMax = 5000;

export interface FunctionRow {
  readonly name: string;
  readonly file: string;
  readonly self: number;
  readonly total: number;
  /** Present in a comparison. */
  readonly sides?: {
    readonly leftSelf: number;
    readonly leftTotal: number;
    readonly rightSelf: number;
    readonly rightTotal: number;
  };
}

export interface FunctionTable {
  readonly rows: readonly FunctionRow[];
  /** Functions that match, also those beyond the rows. */
  readonly functionCount: number;
  readonly total: number;
  readonly rightTotal: number;
}

/** Columns a table may be sorted by, as the URL names them. */
const orders: ReadonlyMap<string, TopOrder> = new Map([
  ["self", "SELF"],
  ["total", "TOTAL"],
  ["name", "NAME"],
  ["selfChange", "SELF"],
  ["totalChange", "TOTAL"],
]);

/** The column of `sort`, and whether its smallest value comes first. */
export function parseSort(sort: string, otherwise: string): { readonly column: string; readonly isAscending: boolean } {
  const isDescending = sort.startsWith("-");
  const column = isDescending ? sort.slice(1) : sort;
  if (!orders.has(column)) return parseSort(otherwise, "-self");
  return { column, isAscending: !isDescending };
}

export interface FunctionsQuestion {
  readonly target: Target | undefined;
  readonly right?: Target | undefined;
  readonly sort: { readonly column: string; readonly isAscending: boolean };
  readonly search: string;
}

export function useFunctions(
  question: FunctionsQuestion,
): readonly [FunctionTable | undefined, AnswerState<TopFunctions>] {
  const { target, right, sort, search } = question;
  const isExpression = /^\/.+\/c?$/s.test(search.trim());
  const order = { order: orders.get(sort.column) ?? "SELF", isAscending: sort.isAscending, limit: rowsMax } as const;
  const request = {
    ...(right === undefined ? order : ({ order: "TOTAL", isAscending: false, limit: comparedRowsMax } as const)),
    // The server knows plain text; an expression filters what has arrived.
    nameContains: isExpression ? "" : search.trim(),
  };
  const key = target === undefined ? undefined : keyOf("functions", target, right, request);
  const state = useAnswer(key, (signal) => {
    const target_ = target ?? { profileType: "", selector: "{}", range: { startMs: 0, endMs: 0 } };
    return topFunctions({ ...request, target: target_, ...(right === undefined ? {} : { right }) }, signal);
  });
  const value = state.answer?.value;
  const { column, isAscending } = sort;
  const isCompared = right !== undefined;
  const table = useMemo(() => {
    if (value === undefined) return undefined;
    const whole = tableOf(value);
    const test = isExpression ? compileSearch(search)?.test : undefined;
    const found =
      test === undefined
        ? whole
        : withRows(
            whole,
            whole.rows.filter(({ name }) => test(name)),
          );
    return isCompared ? { ...found, rows: sortByChange(found, { column, isAscending }) } : found;
  }, [value, isExpression ? search : "", column, isAscending, isCompared]);
  return [table, state];
}

function withRows(table: FunctionTable, rows: readonly FunctionRow[]): FunctionTable {
  return { ...table, rows, functionCount: rows.length };
}

export function tableOf(answer: TopFunctions): FunctionTable {
  return {
    rows: (answer.functions ?? []).map(rowOf),
    functionCount: number(answer.functionCount),
    total: number(answer.total),
    rightTotal: number(answer.rightTotal),
  };
}

function rowOf(json: TopFunctionJson): FunctionRow {
  const { left, right } = json;
  const row = { name: json.function ?? "", file: json.file ?? "", self: number(json.self), total: number(json.total) };
  if (left === undefined && right === undefined) return row;
  const sides = {
    ...{ leftSelf: number(left?.self), leftTotal: number(left?.total) },
    ...{ rightSelf: number(right?.self), rightTotal: number(right?.total) },
  };
  return { ...row, sides };
}

function number(value: Int64 | undefined): number {
  return Number(value ?? 0);
}
