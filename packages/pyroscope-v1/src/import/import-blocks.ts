import type { Bucket } from "@basalt/bucket";
import { BasaltError, type BlockId, type ErrorCode, parseTenantId, type TenantId } from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import type { RollingChecksum } from "@basalt/store";
import { type ListedBlock, listBlocks, listTenants } from "../block/list-blocks.ts";
import { type ImportOutcome, importBlock } from "./import-block.ts";
import { emptyTenantReport, type ImportReport, type TenantReport } from "./import-report.ts";
import { addSums } from "./import-sums.ts";
import { addLeftOut } from "./left-out.ts";

export interface ImportOptions {
  /** The bucket of the other server; blocks lie in `<sourcePrefix><tenant>/phlaredb/<ULID>/`. */
  readonly source: Bucket;
  /** Empty, or a folder with its `/`. */
  readonly sourcePrefix?: string;
  /** Basalt's bucket. */
  readonly target: Bucket;
  /** One tenant alone; default all. */
  readonly tenant?: TenantId;
  /**
   * Whether to import what the other server holds and shows in no call tree: samples without a stack, and all but the first
   * of rows that a series has in one millisecond. Without them answers are those of that server, with them sums are
   * those of its files. Default: they are left out and counted.
   */
  readonly withHidden?: boolean;
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  /** 32 random bits, for hash tables; what is written does not depend on them. */
  readonly seed: number;
  readonly onProgress?: (event: ImportEvent) => void;
}

/** What happens to a block. Blocks count from 1. */
export type ImportStep =
  | { readonly kind: "began"; readonly index: number; readonly count: number }
  | { readonly kind: "rows"; readonly rowsDone: number; readonly rowCount: number }
  | { readonly kind: "imported" | "importedBefore" | "partial" | "deleted" }
  | { readonly kind: "failed"; readonly error: BasaltError };

/** What happens, as it happens. */
export type ImportEvent = { readonly tenant: TenantId; readonly block: BlockId } & ImportStep;

/** 64 MiB of rows are held at once: some five million samples. The process then takes 560 MB at its peak (ADR 0095). */
export const importWaveBytes: number = 64 * 2 ** 20;

/**
 * Imports the blocks of a Pyroscope v1 bucket. May be stopped at any instant and run again: what is imported is left
 * alone, and nothing is written twice. A block that cannot be read is named in the report, and the others go on.
 *
 * @throws BasaltError `import_mismatch` if a block read back does not hold what its source holds; what the buckets throw;
 * the reason of the signal.
 */
export function importBlocks(options: ImportOptions, signal?: AbortSignal): Promise<ImportReport> {
  return importInWaves(options, importWaveBytes, signal);
}

/** As {@link importBlocks}, with a bound of its own. Runs over one bucket must have the same. */
export async function importInWaves(
  options: ImportOptions,
  waveBytes: number,
  signal?: AbortSignal,
): Promise<ImportReport> {
  const { source, sourcePrefix = "" } = options;
  const names = options.tenant === undefined ? await listTenants(source, sourcePrefix, signal) : [options.tenant];
  const runs = names.map((name) => new TenantImport(options, parseTenantId(name), waveBytes));
  for (const run of runs) await run.import(signal);
  return { tenants: runs.map(({ report }) => report) };
}

/** Errors that say that a block of the source is bad, and nothing of the others. */
const badBlockCodes: ReadonlySet<ErrorCode> = new Set([
  "block_corrupt",
  "block_version",
  "object_not_found",
  "range_beyond_object",
  "value_overflow",
  "profile_malformed",
]);

/** The import of one tenant. */
class TenantImport {
  readonly report: TenantReport;
  readonly #options: ImportOptions;
  readonly #tenant: TenantId;
  readonly #waveBytes: number;

  constructor(options: ImportOptions, tenant: TenantId, waveBytes: number) {
    this.#options = options;
    this.#tenant = tenant;
    this.#waveBytes = waveBytes;
    this.report = emptyTenantReport(tenant);
  }

  async import(signal?: AbortSignal): Promise<void> {
    const { source, sourcePrefix = "" } = this.#options;
    const blocks = await listBlocks(source, { prefix: sourcePrefix, tenant: this.#tenant }, signal);
    for (const [index, block] of blocks.entries()) {
      signal?.throwIfAborted();
      this.#tell(block, { kind: "began", index: index + 1, count: blocks.length });
      if (block.state === "whole") await this.#importBlock(block, signal);
      else {
        this.report[block.state]++;
        this.#tell(block, { kind: block.state });
      }
    }
  }

  async #importBlock(block: ListedBlock, signal?: AbortSignal): Promise<void> {
    const { report } = this;
    try {
      const imported = await this.#runBlock(block, signal);
      if (imported.isNew) report.imported++;
      else report.importedBefore++;
      report.blocksWritten += imported.blocks.length;
      addLeftOut(report.leftOut, imported.leftOut);
      addSums(report.source, imported.sums);
      addSums(report.written, imported.writtenSums);
      this.#tell(block, { kind: imported.isNew ? "imported" : "importedBefore" });
    } catch (error) {
      if (!(error instanceof BasaltError && badBlockCodes.has(error.code))) throw error;
      report.failed.push({ block: block.id, code: error.code, message: error.message });
      this.#tell(block, { kind: "failed", error });
    }
  }

  #runBlock(block: ListedBlock, signal?: AbortSignal): Promise<ImportOutcome> {
    const { source, target, codec, checksum, seed, withHidden = false } = this.#options;
    const onProgress = (progress: { readonly rowsDone: number; readonly rowCount: number }): void =>
      this.#tell(block, { kind: "rows", ...progress });
    const importer = { source, target, codec, checksum, seed, withHidden, waveBytes: this.#waveBytes, onProgress };
    return importBlock(importer, { tenant: this.#tenant, ...block }, signal);
  }

  #tell({ id }: ListedBlock, step: ImportStep): void {
    this.#options.onProgress?.({ tenant: this.#tenant, block: id, ...step });
  }
}
