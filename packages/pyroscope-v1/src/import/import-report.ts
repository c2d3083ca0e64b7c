import type { BlockId, ErrorCode } from "@basalt/model";
import { type ImportSums, sumsToJson } from "./import-sums.ts";
import { formatLeftOut, type LeftOut, leftOutToJson, nothingLeftOut } from "./left-out.ts";

/** A block that could not be read. */
export interface FailedBlock {
  readonly block: BlockId;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What became of a tenant. */
export interface TenantReport {
  readonly tenant: string;
  /** Blocks imported in this run, and those that an earlier one imported. */
  imported: number;
  importedBefore: number;
  /** Left out: not uploaded as a whole, or marked for deletion since others hold their rows. */
  partial: number;
  deleted: number;
  readonly failed: FailedBlock[];
  /** Blocks that they became. */
  blocksWritten: number;
  /** Rows and values of all blocks imported, now or before, by profile type: in the source, and as read back. */
  readonly source: ImportSums;
  readonly written: ImportSums;
  readonly leftOut: LeftOut;
}

/** What became of an import. */
export interface ImportReport {
  readonly tenants: readonly TenantReport[];
}

/** A tenant of which nothing is known yet. */
export function emptyTenantReport(tenant: string): TenantReport {
  return {
    tenant,
    imported: 0,
    importedBefore: 0,
    partial: 0,
    deleted: 0,
    failed: [],
    blocksWritten: 0,
    source: new Map(),
    written: new Map(),
    leftOut: nothingLeftOut(),
  };
}

/** Whether every block that is to be imported was. */
export function isComplete({ tenants }: ImportReport): boolean {
  return tenants.every(({ failed }) => failed.length === 0);
}

/** The report as plain JSON: sums are decimal strings. */
export function importReportToJson({ tenants }: ImportReport): Record<string, unknown> {
  return {
    tenants: tenants.map((report) => ({
      ...report,
      source: sumsToJson(report.source),
      written: sumsToJson(report.written),
      leftOut: leftOutToJson(report.leftOut),
    })),
  };
}

/** The report for people: for each tenant its blocks, and a line a profile type. */
export function formatImportReport({ tenants }: ImportReport): string {
  return tenants.length === 0 ? "no tenants\n" : tenants.map(formatTenant).join("\n");
}

function formatTenant(report: TenantReport): string {
  const { imported, importedBefore, partial, deleted, failed } = report;
  const left = partial + deleted === 0 ? "" : `, ${partial} incomplete and ${deleted} deleted ones left out`;
  const lines = [
    `tenant ${report.tenant}: ${imported} blocks imported, ${importedBefore} before${left}; ${report.blocksWritten} blocks written`,
    ...table([
      ["profile type", "rows", "sum taken", "sum read back", ""],
      ...sumsToJson(report.source).map(({ profileType, rows, total }) => {
        const written = String(report.written.get(profileType)?.total ?? 0n);
        return [profileType, String(rows), total, written, written === total ? "equal" : "DIFFERENT"];
      }),
    ]),
    ...formatLeftOut(report.leftOut).map((line) => `  ${line}`),
    ...failed.map(({ block, code, message }) => `  block ${block} failed: ${message} [${code}]`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Text in columns: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
