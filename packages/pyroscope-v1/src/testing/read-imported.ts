import { defined, labelNames, labelValue, stringAt } from "@basalt/model";
import type { BlockSource } from "@basalt/store";
import type { SymbolTables } from "@basalt/symdb";

/** A row of a block that was written. */
export interface ImportedRow {
  /** `service type time duration total | stack=value stack=value@span/trace`, samples sorted. */
  readonly text: string;
  readonly timeNanos: bigint;
  /** Hex. */
  readonly profileId: string;
}

/** Every row of a block, in its order. */
export async function readImported(block: BlockSource): Promise<ImportedRow[]> {
  const series = await block.series();
  const everything = { samples: true, profileIds: true, spanIds: true, details: true };
  const request = { series: new Uint8Array(series.length).fill(1), range: block.range, ...everything };
  const rows: ImportedRow[] = [];
  for await (const batch of block.scan(request)) {
    const tables = await block.symbols(batch.partition);
    for (let row = 0; row < batch.rowCount; row++) {
      const { labels } = defined(series[batch.seriesIndex[row] as number], "series");
      const samples: string[] = [];
      const end = defined(batch.sampleStart, "starts")[row + 1] as number;
      for (let at = batch.sampleStart?.[row] as number; at < end; at++) {
        const span = batch.spanId?.[at] ?? 0n;
        const trace = Buffer.from(batch.traceId?.subarray(at * 16, at * 16 + 16) ?? []).toString("hex");
        const ids = span === 0n ? "" : `@${span}${/[1-9a-f]/.test(trace) ? `/${trace}` : ""}`;
        samples.push(`${stackText(tables, batch.stackId?.[at] as number)}=${batch.values?.[at]}${ids}`);
      }
      const timeNanos = batch.timeNanos[row] as bigint;
      const facts = [
        labelValue(labels, labelNames.service),
        labelValue(labels, labelNames.profileType),
        timeNanos,
        batch.durationNanos?.[row],
        batch.total[row],
      ];
      rows.push({
        text: `${facts.join(" ")} | ${samples.sort().join(" ")}`,
        timeNanos,
        profileId: Buffer.from(batch.profileId?.subarray(row * 16, row * 16 + 16) ?? []).toString("hex"),
      });
    }
  }
  return rows;
}

/** Functions from the root to the leaf, `>` before what is inlined; addresses where there are none. */
function stackText(tables: SymbolTables, leaf: number): string {
  const frames: string[] = [];
  for (let stack = leaf; stack !== 0; stack = tables.stackParent[stack] as number) {
    const location = tables.stackLocation[stack] as number;
    const names: string[] = [];
    for (let line = tables.locationLineStart[location] as number; ; line++) {
      if (line === tables.locationLineStart[location + 1]) break;
      names.unshift(stringAt(tables, tables.functionName[(tables.lineFunction[line] as number) - 1] as number));
    }
    frames.unshift(names.length > 0 ? names.join(">") : `a.out+0x${tables.locationAddressLow[location]?.toString(16)}`);
  }
  return frames.join(";");
}
