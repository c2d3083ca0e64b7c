/** Builds protobuf messages byte by byte, so that tests can say what no encoder would write. */

/** A varint of a 64-bit value; negative ones take ten bytes. */
export function varint(value: bigint | number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** A field that holds a varint. */
export function number(field: number, value: bigint | number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A field that holds bytes: a message, packed numbers or a text. */
export function content(field: number, bytes: readonly number[] | string): number[] {
  const body = typeof bytes === "string" ? [...new TextEncoder().encode(bytes)] : bytes;
  return [...varint(field * 8 + 2), ...varint(body.length), ...body];
}

/** Packed varints. */
export function packed(field: number, values: readonly (bigint | number)[]): number[] {
  return content(field, values.flatMap(varint));
}

/** Whole messages in a row. */
export function bytesOf(...parts: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

/** A string table that begins with the empty string. */
export function strings(...texts: readonly string[]): number[] {
  return ["", ...texts].flatMap((text) => content(6, text));
}

/** Message `Sample` in its field of the profile. */
export function sample(stack: readonly (bigint | number)[], values: readonly (bigint | number)[]): number[] {
  return content(2, [...packed(1, stack), ...packed(2, values)]);
}

/** Message `Location` in its field of the profile: an id and one line with a function. */
export function location(id: bigint | number, functionId: bigint | number, line = 0): number[] {
  return content(4, [...number(1, id), ...content(4, [...number(1, functionId), ...number(2, line)])]);
}

/** Message `Function` in its field of the profile. */
export function functionOf(id: bigint | number, name: number): number[] {
  return content(5, [...number(1, id), ...number(2, name)]);
}

/** Message `ValueType` as a sample type of the profile. */
export function sampleType(type: number, unit: number): number[] {
  return content(1, [...number(1, type), ...number(2, unit)]);
}
