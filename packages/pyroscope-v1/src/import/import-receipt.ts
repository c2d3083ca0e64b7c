import type { Bucket } from "@basalt/bucket";
import { BasaltError, type BlockId, parseBlockId, type TenantId } from "@basalt/model";
import { type ImportSums, type SumJson, sumsFromJson, sumsToJson } from "./import-sums.ts";
import { type LeftOut, type LeftOutJson, leftOutFromJson, leftOutToJson } from "./left-out.ts";

/** What became of one block of the source. */
export interface ImportedBlock {
  readonly source: BlockId;
  /** The blocks written, in the order of writing. */
  readonly blocks: readonly BlockId[];
  /** Rows and values above 0 in the source, and as read back from the blocks written: equal. */
  readonly sums: ImportSums;
  readonly writtenSums: ImportSums;
  readonly leftOut: LeftOut;
}

const receiptVersion = 1;

/** Outside `blocks/`, where nothing but the importer looks. */
function receiptKey(tenant: TenantId, source: BlockId): string {
  return `${tenant}/imports/pyroscope-v1/${source}.json`;
}

/**
 * Says that a block of the source is imported as a whole. Blocks written may be compacted or expire afterwards; without
 * the receipt another run would bring them back.
 */
export async function writeReceipt(target: Bucket, tenant: TenantId, imported: ImportedBlock): Promise<void> {
  const json = {
    version: receiptVersion,
    source: imported.source,
    blocks: imported.blocks,
    sums: sumsToJson(imported.sums),
    writtenSums: sumsToJson(imported.writtenSums),
    leftOut: leftOutToJson(imported.leftOut),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(json)}\n`);
  await target.putIfAbsent(receiptKey(tenant, imported.source), bytes);
}

/** Undefined if the block is not imported yet. @throws BasaltError `block_corrupt`. */
export async function readReceipt(
  target: Bucket,
  tenant: TenantId,
  source: BlockId,
  signal?: AbortSignal,
): Promise<ImportedBlock | undefined> {
  const key = receiptKey(tenant, source);
  try {
    return fromJson(JSON.parse(new TextDecoder().decode(await target.get(key, signal))), source);
  } catch (error) {
    if (error instanceof BasaltError && error.code === "object_not_found") return undefined;
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new BasaltError("block_corrupt", `receipt ${key} cannot be read`, { cause: error });
    }
    throw error;
  }
}

interface ReceiptJson {
  readonly version: number;
  readonly blocks: readonly string[];
  readonly sums: readonly SumJson[];
  readonly writtenSums: readonly SumJson[];
  readonly leftOut: LeftOutJson;
}

function fromJson(json: ReceiptJson, source: BlockId): ImportedBlock {
  if (json.version !== receiptVersion) {
    throw new BasaltError(
      "block_version",
      `receipt of block ${source} has version ${json.version}; this program reads ${receiptVersion}`,
    );
  }
  return {
    source,
    blocks: json.blocks.flatMap((block) => parseBlockId(block) ?? []),
    sums: sumsFromJson(json.sums),
    writtenSums: sumsFromJson(json.writtenSums),
    leftOut: leftOutFromJson(json.leftOut),
  };
}
