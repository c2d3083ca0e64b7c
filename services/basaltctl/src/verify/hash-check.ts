import { zstdCodec } from "@basalt/runtime";
import { blockCaches, openBlock } from "@basalt/store";
import type { CheckContext } from "./file-check.ts";
import type { CheckedTable } from "./table-check.ts";
import { openTable, soundRowGroups } from "./table-check.ts";

/** Makes the content hash of every stack anew and compares those that are stored. The symbols are sound by now. */
export async function checkHashes(
  { bucket, meta, findings, signal }: CheckContext,
  table: CheckedTable,
): Promise<void> {
  const source = openBlock({ bucket, codec: zstdCodec(1), caches: blockCaches() }, meta);
  const reader = await openTable(table);
  if (reader === undefined) return;
  let partition = -1;
  let hashes: BigUint64Array = new BigUint64Array();
  for await (const { group, firstRow } of soundRowGroups(table, reader)) {
    const [partitions, ids, stored] = [
      group.uint32s("partition"),
      group.uint32s("stacktrace_id"),
      group.bigints("hash"),
    ];
    const present = group.present("hash");
    for (let i = 0; i < group.rowCount; i++) {
      if (partitions[i] !== partition) {
        signal.throwIfAborted();
        partition = partitions[i] as number;
        hashes = (await source.readSymbols(partition)).tables.stackHash;
      }
      const expected = hashes[ids[i] as number] as bigint;
      const found = BigInt.asUintN(64, stored[i] as bigint);
      if (present?.[i] !== 0 && found !== expected)
        findings.add("value", table.name, `hash is ${found}, that of its content is ${expected}`, firstRow + i);
    }
  }
}
