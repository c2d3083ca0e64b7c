import { BigEndianWriter } from "./big-endian-writer.ts";

/** DELTA_BINARY_PACKED in the plainest form: deltas of 64 bits, each block with one as its least. */
export function writeDelta(values: readonly bigint[]): Uint8Array {
  const writer = new BigEndianWriter().uvarint(8).uvarint(1).uvarint(values.length);
  writer.uvarint(zigzag(values[0] ?? 0n));
  for (let i = 1; i < values.length; i += 8) {
    const deltas = values.slice(i, i + 8).map((value, k) => value - (values[i + k - 1] as bigint));
    const [least = 0n] = deltas.toSorted((a, b) => (a < b ? -1 : 1));
    const packed = deltas.map((delta) => delta - least);
    while (packed.length < 8) packed.push(0n);
    const width = Math.max(...packed.map((value) => value.toString(2).length));
    writer.uvarint(zigzag(least)).uint8(width);
    let bits = 0n;
    for (const [k, value] of packed.entries()) bits |= value << BigInt(k * width);
    for (let byte = 0; byte < width; byte++) writer.uint8(Number((bits >> BigInt(8 * byte)) & 0xffn));
  }
  return writer.finish();
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value;
}
