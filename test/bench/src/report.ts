import type { LoadResult } from "@basalt/test-kit";
import type { QueryFigure } from "./queries.ts";

/** Prints an aligned table. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  process.stdout.write(`${line(header)}\n${widths.map((width) => "-".repeat(width)).join("  ")}\n`);
  for (const row of rows) process.stdout.write(`${line(row)}\n`);
}

/** What one load cost the server. */
export interface IngestFigures {
  readonly load: LoadResult;
  readonly serverCpuSeconds: number;
  readonly cpuSecondsWithFlush: number;
  readonly driverCpuSeconds: number;
  readonly peakMiB: number;
  readonly peakMiBAfterFlush: number;
  readonly flushSeconds: number;
  /** Undefined for a server whose data folder is not known. */
  readonly bytesAtRest: number | undefined;
  readonly nonZeroPairs: number;
  readonly areSumsExact: boolean;
}

/** The rows of an ingest table. */
export function ingestRows(figures: IngestFigures): readonly (readonly string[])[] {
  const { load } = figures;
  const thousands = load.accepted / 1000;
  const at = (share: number): string =>
    (load.latenciesMs[Math.min(load.latenciesMs.length - 1, Math.floor(load.latenciesMs.length * share))] ?? 0).toFixed(
      1,
    );
  const rest = figures.bytesAtRest;
  return [
    [
      "accepted / failed",
      `${load.accepted} / ${load.failed}${load.firstError === undefined ? "" : ` (${load.firstError})`}`,
    ],
    ["sums of what was acknowledged", figures.areSumsExact ? "exact" : "WRONG"],
    ["profiles/s", (load.accepted / load.seconds).toFixed(0)],
    ["server CPU-s / 1000", (figures.serverCpuSeconds / thousands).toFixed(3)],
    ["  with start and flush", (figures.cpuSecondsWithFlush / thousands).toFixed(3)],
    ["driver CPU-s / 1000", (figures.driverCpuSeconds / thousands).toFixed(3)],
    ["latency p50 / p95 / p99 / max, ms", `${at(0.5)} / ${at(0.95)} / ${at(0.99)} / ${at(1)}`],
    ["peak RSS, MiB; after flush", `${figures.peakMiB.toFixed(0)}; ${figures.peakMiBAfterFlush.toFixed(0)}`],
    ["flush, s", figures.flushSeconds.toFixed(2)],
    ["wire, MB / 1000", (load.wireBytes / 1e6 / thousands).toFixed(2)],
    ["at rest, MB / 1000", rest === undefined ? "-" : (rest / 1e6 / thousands).toFixed(3)],
    ["at rest, bytes / non-zero pair", rest === undefined ? "-" : (rest / figures.nonZeroPairs).toFixed(3)],
  ];
}

/** The rows of a query table: warm and cold side by side. */
export function queryRows(warm: readonly QueryFigure[], cold: readonly QueryFigure[]): readonly (readonly string[])[] {
  return warm.map((figure, index) => {
    const first = cold[index];
    return [
      figure.name,
      figure.wallMs.toFixed(1),
      figure.cpuMs.toFixed(1),
      first?.wallMs.toFixed(1) ?? "-",
      first?.cpuMs.toFixed(1) ?? "-",
      String(figure.bytes),
      figure.isExact === undefined ? "" : figure.isExact ? "exact" : "WRONG",
    ];
  });
}
