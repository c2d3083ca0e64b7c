import { ByteBuffer } from "../bytes/byte-buffer.ts";
import type { FileRange } from "../metadata.ts";
import type { ThriftReader } from "./thrift-reader.ts";
import { ThriftWriter, thriftType } from "./thrift-writer.ts";

/** Where a data page lies, header included, and which row of the row group it begins with. */
export interface PageLocation extends FileRange {
  readonly firstRow: number;
}

/** Bytes of parquet.thrift's OffsetIndex. */
export function offsetIndexBytes(pages: readonly PageLocation[]): Uint8Array {
  const writer = new ThriftWriter(new ByteBuffer(16 + pages.length * 16));
  writer.structs(1, pages, (inner, page) => {
    inner.i64(1, page.offset);
    inner.i32(2, page.length);
    inner.i64(3, page.firstRow);
  });
  return writer.end().copy();
}

/**
 * Reads an OffsetIndex.
 *
 * @throws BasaltError `block_corrupt` if pages are not in ascending order of rows.
 */
export function readOffsetIndex(reader: ThriftReader): PageLocation[] {
  const pages: PageLocation[] = [];
  reader.struct((field, type) => {
    if (field !== 1 || type !== thriftType.list) return false;
    const count = reader.list(thriftType.struct);
    for (let i = 0; i < count; i++) pages.push(readLocation(reader));
    return true;
  });
  for (let i = 0; i < pages.length; i++) {
    const before = i === 0 ? -1 : (pages[i - 1]?.firstRow ?? -1);
    const row = pages[i]?.firstRow ?? 0;
    if (row <= before || (i === 0 && row !== 0)) throw reader.cursor.fail("offset index is not in order of rows");
  }
  return pages;
}

function readLocation(reader: ThriftReader): PageLocation {
  let offset = 0;
  let length = 0;
  let firstRow = 0;
  reader.struct((field, type) => {
    if (field === 1 && type === thriftType.i64) offset = reader.count();
    else if (field === 2 && type === thriftType.i32) length = reader.count();
    else if (field === 3 && type === thriftType.i64) firstRow = reader.count();
    else return false;
    return true;
  });
  return { offset, length, firstRow };
}
