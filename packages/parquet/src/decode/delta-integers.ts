import { ByteCursor } from "../bytes/byte-cursor.ts";
import { readDelta32, readDelta64 } from "./delta-binary.ts";

/**
 * Decodes `count` 32-bit integers in DELTA_BINARY_PACKED that lie somewhere else than in a Parquet file. The caller bounds
 * the count.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function decodeDelta32(bytes: Uint8Array, count: number): Int32Array {
  const values = new Int32Array(count);
  readDelta32(new ByteCursor(bytes, 0), values);
  return values;
}

/** As {@link decodeDelta32}, for 64-bit integers. */
export function decodeDelta64(bytes: Uint8Array, count: number): BigInt64Array {
  const values = new BigInt64Array(count);
  readDelta64(new ByteCursor(bytes, 0), values);
  return values;
}
