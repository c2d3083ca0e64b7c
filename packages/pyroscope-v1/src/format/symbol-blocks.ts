import { decodeDelta32, decodeDelta64 } from "@basalt/parquet";
import { BigEndianReader } from "./big-endian-reader.ts";
import { corrupt } from "./corrupt.ts";
import { crc32c } from "./crc32c.ts";
import type { FunctionPart, LocationPart, MappingPart, StringPart } from "./symbol-parts.ts";
import type { BlocksPlace } from "./symdb-index.ts";

/** 64 Ki: writers take 1,024. */
const symbolsEachMax = 65_536;

/** Equal values of a block of 128 take six bytes; no count asks for more memory than its bytes make likely. */
const valuesAByteMax = 128;

/** One block of a table: its header without the checksum, and what follows it. */
interface SymbolBlock {
  readonly count: number;
  readonly header: BigEndianReader;
  readonly payload: BigEndianReader;
}

/**
 * Decodes the blocks of one table of a format 3 file. Each has a header, which begins with the number of its symbols and
 * ends with its CRC-32C, then columns; integers are in DELTA_BINARY_PACKED.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function decodeSymbolBlocks<T>(bytes: Uint8Array, place: BlocksPlace, decode: (block: SymbolBlock) => T): T[] {
  const what = "symbols of a symdb";
  if (crc32c(bytes) !== place.crc) throw corrupt(what, "do not match their checksum");
  if (place.symbolsEach > symbolsEachMax) throw corrupt(what, `are in blocks of ${place.symbolsEach}`);
  const reader = new BigEndianReader(bytes, what);
  const blocks: T[] = [];
  for (let left = place.symbolCount; left > 0; ) {
    const header = reader.bytes(place.blockHeaderBytes);
    const fields = new BigEndianReader(header.subarray(0, -4), what);
    new BigEndianReader(header, what, Math.max(0, header.length - 4)).checksum(header.subarray(0, -4));
    const count = fields.uint32();
    if (count !== Math.min(left, place.symbolsEach)) throw corrupt(what, `have ${count} in a block, ${left} to come`);
    blocks.push(decode({ count, header: fields, payload: reader }));
    left -= count;
  }
  return blocks;
}

/** Lengths of 8 or 16 bits, as the header says, then the bytes of all strings. */
export function decodeStrings({ count, header, payload }: SymbolBlock): StringPart {
  header.offset = 5;
  const bits = header.uint8();
  if (bits !== 8 && bits !== 16) throw payload.corrupt(`have strings with lengths of ${bits} bits`);
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++)
    starts[i + 1] = (starts[i] as number) + (bits === 8 ? payload.uint8() : payload.uint16());
  return { starts, bytes: payload.bytes(starts[count] as number) };
}

export function decodeFunctions({ count, header, payload }: SymbolBlock): FunctionPart {
  const column = columnsOf(header, payload, count);
  const [name, systemName, filename, startLine] = [column(), column(), column(), column()];
  return { name, systemName, filename, startLine };
}

export function decodeMappings({ count, header, payload }: SymbolBlock): MappingPart {
  const column = columnsOf(header, payload, count);
  const [filename, buildId, flags] = [column(), column(), column()];
  const wide = wideColumnsOf(header, payload, count);
  const [memoryStart, memoryLimit, fileOffset] = [wide(), wide(), wide()];
  // Their bits are in the other order: functions highest.
  const reversed = Uint8Array.from(
    flags,
    (flag) => ((flag & 8) >> 3) | ((flag & 4) >> 1) | ((flag & 2) << 1) | ((flag & 1) << 3),
  );
  return { memoryStart, memoryLimit, fileOffset, filename, buildId, flags: reversed };
}

/** Mappings, a number of lines each in a byte, pairs of function and line, addresses, a bit for each that is folded. */
export function decodeLocations({ count, header, payload }: SymbolBlock): LocationPart {
  const mapping = columnsOf(header, payload, count)();
  header.uint32(); // how many numbers of lines: one a location
  const lineCounts = payload.bytes(count);
  const lineStart = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) lineStart[i + 1] = (lineStart[i] as number) + (lineCounts[i] as number);
  const lineCount = lineStart[count] as number;
  const lines = columnsOf(header, payload, 2 * lineCount)();
  const address = wideColumnsOf(header, payload, count)();
  const folded = payload.bytes(header.uint32());
  return {
    mapping,
    address,
    isFolded: Uint8Array.from({ length: count }, (_, i) => ((folded[i >>> 3] ?? 0) >>> (i & 7)) & 1),
    lineStart,
    lineFunction: Int32Array.from({ length: lineCount }, (_, i) => lines[2 * i] as number),
    lineNumber: Int32Array.from({ length: lineCount }, (_, i) => lines[2 * i + 1] as number),
  };
}

/** Reads column after column; the header has their lengths. */
function columnsOf(header: BigEndianReader, payload: BigEndianReader, count: number): () => Int32Array {
  return () => {
    const bytes = payload.bytes(header.uint32());
    if (count > bytes.length * valuesAByteMax) throw payload.corrupt(`have ${count} values in ${bytes.length} bytes`);
    return count === 0 ? new Int32Array() : decodeDelta32(bytes, count);
  };
}

/** The same with 64 bits; a column of zeros may be left out. */
function wideColumnsOf(header: BigEndianReader, payload: BigEndianReader, count: number): () => BigUint64Array {
  return () => {
    const bytes = payload.bytes(header.uint32());
    return bytes.length === 0 ? new BigUint64Array(count) : new BigUint64Array(decodeDelta64(bytes, count).buffer);
  };
}
