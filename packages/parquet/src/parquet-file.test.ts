import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { DecodeScratch, ParquetReader, rangesOf, sliceOf } from "./index.ts";
import { nodeCodec } from "./testing/node-codec.ts";
import { Random } from "./testing/random.ts";
import { type Cell, joined, randomTable } from "./testing/random-table.ts";
import { readCells } from "./testing/read-cells.ts";

const seed = Number(process.env["SEED"] ?? 20261120);

test(`random tables come back equal, whole and by ranges of rows (SEED=${seed})`, async () => {
  for (let round = 0; round < 50; round++) {
    const random = new Random(seed + round);
    const table = randomTable(random);
    const context = `SEED=${seed} round ${round}`;
    const reader = await ParquetReader.open({ source: rangesOf(table.file), codec: nodeCodec });
    assert.deepEqual(
      reader.metadata.rowGroups.map((group) => group.rowCount),
      table.rowGroupRows,
      context,
    );
    assert.equal(reader.metadata.keyValues.get("purpose"), "test");
    const scratch = new DecodeScratch();
    let firstRow = 0;
    for (const [index, rowCount] of table.rowGroupRows.entries()) {
      const expected = cut(table.columns, firstRow, firstRow + rowCount);
      assert.deepEqual(await readCells(reader, index, { scratch }), expected, context);
      const start = random.below(rowCount + 1);
      const end = start + random.below(rowCount - start + 1);
      const part = await readCells(reader, index, { rows: { start, end }, scratch });
      assert.deepEqual(part, cut(expected, start, end), `${context} rows ${start}..${end}`);
      firstRow += rowCount;
    }
  }
});

test("a file at an offset inside a pack reads as alone", async () => {
  const { file, columns, rowGroupRows } = randomTable(new Random(8));
  const pack = joined([new Uint8Array(1000).fill(255), file, new Uint8Array(9).fill(255)]);
  const reader = await ParquetReader.open({ source: sliceOf(rangesOf(pack), 1000, file.length), codec: nodeCodec });
  assert.ok(rowGroupRows.length > 0);
  assert.deepEqual(await readCells(reader, 0), cut(columns, 0, rowGroupRows[0] as number));
});

function cut(columns: Readonly<Record<string, readonly Cell[]>>, start: number, end: number): Record<string, Cell[]> {
  return Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells.slice(start, end)]));
}
