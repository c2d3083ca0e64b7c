import type { Bucket } from "@basalt/bucket";
import { BasaltError, defined, labelNames, labelValue } from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import { type BlockMeta, blockCaches, openBlock } from "@basalt/store";
import { addSum, firstDifference, type ImportSums } from "./import-sums.ts";
import { ExactSum } from "./int64-column.ts";

/**
 * Reads a block back as a query would and sums what it holds: the values of the samples, not the totals beside them.
 *
 * @throws BasaltError `import_mismatch` if a row's samples do not sum up to its total; `block_corrupt`.
 */
export async function readSums(
  bucket: Bucket,
  meta: BlockMeta,
  codec: PageCodec,
  signal?: AbortSignal,
): Promise<ImportSums> {
  const block = openBlock({ bucket, codec, caches: blockCaches() }, meta);
  const series = await block.series();
  const types = series.map(({ labels }) => labelValue(labels, labelNames.profileType) ?? "");
  const wanted = new Uint8Array(series.length).fill(1);
  const sums: ImportSums = new Map();
  const request = { series: wanted, range: meta.range, samples: true, profileIds: false, spanIds: false };
  for await (const batch of block.scan(request, signal)) {
    const starts = defined(batch.sampleStart, "sample starts");
    const values = defined(batch.values, "values");
    for (let row = 0; row < batch.rowCount; row++) {
      const total = sumOf(values, starts[row] as number, starts[row + 1] as number);
      if (total !== batch.total[row]) {
        throw new BasaltError(
          "import_mismatch",
          `block ${meta.id}: samples of a row sum up to ${total}, its total is ${batch.total[row]}`,
        );
      }
      addSum(sums, defined(types[batch.seriesIndex[row] as number], "series"), { rows: 1, total });
    }
  }
  return sums;
}

/** @throws BasaltError `import_mismatch` if a block does not hold what went into it. */
export function checkSums(meta: BlockMeta, source: ImportSums, written: ImportSums): void {
  const type = firstDifference(source, written);
  if (type === undefined) return;
  const text = (sums: ImportSums): string => `${sums.get(type)?.total ?? 0n} in ${sums.get(type)?.rows ?? 0} rows`;
  throw new BasaltError(
    "import_mismatch",
    `block ${meta.id} holds ${text(written)} of ${type}; its source holds ${text(source)}`,
    { details: { block: meta.id, tenant: meta.tenant, profileType: type } },
  );
}

function sumOf(values: Float64Array | BigInt64Array, start: number, end: number): bigint {
  const sum = new ExactSum();
  for (let i = start; i < end; i++) sum.add(values[i] as number | bigint);
  return sum.total();
}
