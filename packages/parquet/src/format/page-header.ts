import { ByteBuffer } from "../bytes/byte-buffer.ts";
import { pageType } from "./constants.ts";
import type { ThriftReader } from "./thrift-reader.ts";
import { ThriftWriter, thriftType } from "./thrift-writer.ts";

/** Header of a page, of any kind that Basalt reads. */
export interface PageHeader {
  readonly type: number;
  /** Levels included. */
  readonly uncompressedLength: number;
  readonly compressedLength: number;
  /** CRC-32 of what follows the header, as uint32. */
  readonly crc: number | undefined;
  /** Values, nulls included; of a dictionary page, its entries. */
  readonly valueCount: number;
  readonly encoding: number;
  /** Data page v2 only; 0 else. */
  readonly rowCount: number;
  readonly nullCount: number;
  readonly definitionLength: number;
  readonly repetitionLength: number;
  readonly isCompressed: boolean;
}

/** Header of a data page v2. */
export function dataPageHeader(header: PageHeader): Uint8Array {
  const writer = new ThriftWriter(new ByteBuffer(64));
  writeCommon(writer, header);
  writer.struct(8, (inner) => {
    inner.i32(1, header.valueCount);
    inner.i32(2, header.nullCount);
    inner.i32(3, header.rowCount);
    inner.i32(4, header.encoding);
    inner.i32(5, header.definitionLength);
    inner.i32(6, header.repetitionLength);
    inner.boolean(7, header.isCompressed);
  });
  return writer.end().copy();
}

/** Header of a dictionary page. */
export function dictionaryPageHeader(header: PageHeader): Uint8Array {
  const writer = new ThriftWriter(new ByteBuffer(64));
  writeCommon(writer, header);
  writer.struct(7, (inner) => {
    inner.i32(1, header.valueCount);
    inner.i32(2, header.encoding);
  });
  return writer.end().copy();
}

function writeCommon(writer: ThriftWriter, header: PageHeader): void {
  writer.i32(1, header.type);
  writer.i32(2, header.uncompressedLength);
  writer.i32(3, header.compressedLength);
  if (header.crc !== undefined) writer.i32(4, header.crc | 0);
}

type Draft = { -readonly [K in keyof PageHeader]: PageHeader[K] };

/**
 * Reads a page header.
 *
 * @throws BasaltError `block_corrupt` for a negative count or bytes that are no Thrift.
 */
export function readPageHeader(reader: ThriftReader): PageHeader {
  const header: Draft = {
    type: -1,
    uncompressedLength: 0,
    compressedLength: 0,
    crc: undefined,
    valueCount: 0,
    encoding: -1,
    rowCount: 0,
    nullCount: 0,
    definitionLength: 0,
    repetitionLength: 0,
    isCompressed: true,
  };
  reader.struct((field, type) => {
    if (type === thriftType.i32) {
      if (field === 1) header.type = reader.count();
      else if (field === 2) header.uncompressedLength = reader.count();
      else if (field === 3) header.compressedLength = reader.count();
      else if (field === 4) header.crc = reader.integer() >>> 0;
      else return false;
      return true;
    }
    if (type !== thriftType.struct) return false;
    if (field === 5 && header.type === pageType.dataV1) readDataV1(reader, header);
    else if (field === 7 && header.type === pageType.dictionary) readDataV1(reader, header);
    else if (field === 8 && header.type === pageType.dataV2) readDataV2(reader, header);
    else return false;
    return true;
  });
  return header;
}

/** DataPageHeader and DictionaryPageHeader agree in their first two fields. */
function readDataV1(reader: ThriftReader, header: Draft): void {
  reader.struct((field, type) => {
    if (type !== thriftType.i32) return false;
    if (field === 1) header.valueCount = reader.count();
    else if (field === 2) header.encoding = reader.count();
    else return false;
    return true;
  });
}

function readDataV2(reader: ThriftReader, header: Draft): void {
  reader.struct((field, type) => {
    if (field === 7) {
      header.isCompressed = type === thriftType.true;
      return type === thriftType.true || type === thriftType.false;
    }
    if (type !== thriftType.i32) return false;
    if (field === 1) header.valueCount = reader.count();
    else if (field === 2) header.nullCount = reader.count();
    else if (field === 3) header.rowCount = reader.count();
    else if (field === 4) header.encoding = reader.count();
    else if (field === 5) header.definitionLength = reader.count();
    else if (field === 6) header.repetitionLength = reader.count();
    else return false;
    return true;
  });
}
