import { defined, type labelsKey, stringAt, type TenantId, type TimeRange } from "@basalt/model";
import type { SymbolTables } from "@basalt/symdb";
import type { RowSource, SourceBatch } from "../row-source.ts";

/** Everything from the beginning to the end of time. */
export const allTime: TimeRange = { start: -(2n ** 63n), end: 2n ** 63n - 1n };

/** A row as text: `time duration period total` and its samples, sorted. */
export type RowText = string;

/** What a row is known by. */
export function rowName(
  tenant: TenantId | string,
  labels: Parameters<typeof labelsKey>[0],
  profileId: Uint8Array,
): string {
  return `${tenant} ${JSON.stringify(labels)} ${Buffer.from(profileId).toString("hex")}`;
}

/** A row's content as text; samples are `stack=value` or `stack@span=value`. */
export function rowText(facts: readonly bigint[], samples: readonly string[]): RowText {
  return `${facts.join(" ")} ${[...samples].sort().join(",")}`;
}

/** Every row of a source, in its order. */
export async function readRows(source: RowSource): Promise<{ readonly name: string; readonly text: RowText }[]> {
  const series = await source.series();
  const request = {
    series: new Uint8Array(series.length).fill(1),
    range: allTime,
    samples: true,
    profileIds: true,
    spanIds: true,
    details: true,
  };
  const rows: { name: string; text: RowText }[] = [];
  for await (const batch of source.scan(request)) {
    const tables = await source.symbols(batch.partition);
    for (let row = 0; row < batch.rowCount; row++) {
      const { labels } = defined(series[batch.seriesIndex[row] as number], "series");
      const profileId = defined(batch.profileId, "profile ids").subarray(row * 16, row * 16 + 16);
      rows.push({ name: rowName(source.tenant, labels, profileId), text: textOf(batch, row, tables) });
    }
  }
  return rows;
}

function textOf(batch: SourceBatch, row: number, tables: SymbolTables): RowText {
  const { sampleStart, stackId, values, spanId } = batch;
  const samples: string[] = [];
  const start = defined(sampleStart, "starts")[row] as number;
  const end = defined(sampleStart, "starts")[row + 1] as number;
  for (let at = start; at < end; at++) {
    const span = spanId?.[at] ?? 0n;
    const stack = stackText(tables, defined(stackId, "stacks")[at] as number);
    samples.push(`${stack}${span === 0n ? "" : `@${span}`}=${defined(values, "values")[at]}`);
  }
  const facts = [batch.timeNanos, batch.durationNanos, batch.period, batch.total].map(
    (column) => defined(column, "column")[row] as bigint,
  );
  return rowText(facts, samples);
}

/** Function names from the root to the leaf, joined by `;`. */
export function stackText(tables: SymbolTables, stack: number): string {
  const frames: string[] = [];
  for (let at = stack; at !== 0; at = tables.stackParent[at] as number) {
    const location = tables.stackLocation[at] as number;
    const line = tables.locationLineStart[location] as number;
    const callee = (tables.lineFunction[line] as number) - 1;
    frames.push(stringAt(tables, tables.functionName[callee] as number));
  }
  return frames.reverse().join(";");
}
