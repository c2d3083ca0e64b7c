import type { ByteValues, NumericArray } from "../column-values.ts";
import type { ValueType } from "../schema.ts";
import type { Random } from "./random.ts";

/** One value as tests compare it: integers as bigint, bytes and UUIDs as hex. */
export type PlainValue = bigint | number | boolean | string | null;

/** The values of one leaf, both as a writer takes them and as tests compare them. */
export interface LeafValues {
  readonly written: NumericArray | ByteValues;
  readonly plain: readonly PlainValue[];
}

type Shape = "constant" | "few" | "ascending" | "small" | "any";

const shapes: readonly Shape[] = ["constant", "few", "ascending", "small", "any"];

/** Values of one type, in one of the shapes that make one encoding or another the best. */
export function randomValues(random: Random, type: ValueType, count: number): LeafValues {
  const shape = random.pick(shapes);
  switch (type) {
    case "boolean": {
      const written = Uint8Array.from(integers(random, shape, count, { range: 1n, least: 0n }), Number);
      return { written, plain: Array.from(written, (value) => value === 1) };
    }
    case "int32": {
      const plain = integers(random, shape, count, { range: 2n ** 32n - 1n, least: -(2n ** 31n) });
      return { written: Int32Array.from(plain, Number), plain };
    }
    case "uint32": {
      const plain = integers(random, shape, count, { range: 2n ** 32n - 1n, least: 0n });
      return { written: Uint32Array.from(plain, Number), plain };
    }
    case "uint64": {
      const plain = integers(random, shape, count, { range: 2n ** 64n - 1n, least: 0n });
      return { written: BigUint64Array.from(plain), plain };
    }
    case "timestamp_nanos": {
      // years 1970 to 2116
      const plain = integers(random, shape, count, { range: 2n ** 62n, least: 0n });
      return { written: BigInt64Array.from(plain), plain };
    }
    case "int64":
      return int64s(random, shape, count);
    case "double": {
      const written = Float64Array.from({ length: count }, () => random.below(1000) / 8 - 50);
      return { written, plain: [...written] };
    }
    case "uuid": {
      const written = random.bytes(count * 16);
      return { written, plain: Array.from({ length: count }, (_, i) => hex(written.subarray(i * 16, i * 16 + 16))) };
    }
    case "string":
    case "bytes":
      return strings(random, type, shape, count);
  }
}

function int64s(random: Random, shape: Shape, count: number): LeafValues {
  if (random.chance(0.4)) {
    const plain = integers(random, shape, count, { range: 2n ** 54n, least: -(2n ** 53n) });
    return { written: Float64Array.from(plain, Number), plain };
  }
  const plain = integers(random, shape, count, { range: 2n ** 64n - 1n, least: -(2n ** 63n) });
  return { written: BigInt64Array.from(plain), plain };
}

/** Integers within [least, least + range]. */
interface Limits {
  readonly range: bigint;
  readonly least: bigint;
}

function integers(random: Random, shape: Shape, count: number, limits: Limits): bigint[] {
  const { range, least } = limits;
  const any = (): bigint => least + (BigInt.asUintN(64, random.int64()) % (range + 1n));
  const few = Array.from({ length: shape === "constant" ? 1 : 5 }, any);
  const start = shape === "ascending" ? any() : 0n;
  return Array.from({ length: count }, (_, i) => {
    if (shape === "constant" || shape === "few") return random.pick(few);
    if (shape === "any") return any();
    const value = shape === "small" ? BigInt(random.below(300)) : start + BigInt(i) * 7n + BigInt(random.below(5));
    return least + ((((value - least) % (range + 1n)) + (range + 1n)) % (range + 1n));
  });
}

const encoder = new TextEncoder();

function strings(random: Random, type: ValueType, shape: Shape, count: number): LeafValues {
  const text = (i: number): string =>
    `${"path/".repeat(random.below(4))}näme-${shape === "ascending" ? i : random.below(shape === "few" ? 4 : 1e6)}`;
  const pieces = Array.from({ length: count }, (_, i) =>
    type === "bytes" ? random.bytes(random.below(9)) : encoder.encode(shape === "constant" ? "" : text(i)),
  );
  const plain = pieces.map((piece) => (type === "bytes" ? hex(piece) : new TextDecoder().decode(piece)));
  const starts = new Uint32Array(count + 1);
  for (const [i, piece] of pieces.entries()) starts[i + 1] = (starts[i] as number) + piece.length;
  const bytes = new Uint8Array(starts[count] as number);
  for (const [i, piece] of pieces.entries()) bytes.set(piece, starts[i]);
  if (random.chance(0.5)) return { written: { bytes, starts }, plain };
  // the same through a table in another order
  const order = Uint32Array.from({ length: count }, (_, i) => count - 1 - i);
  const reversed = {
    bytes,
    starts: starts.slice(0, count).reverse(),
    lengths: Uint32Array.from(pieces, (p) => p.length).reverse(),
  };
  return { written: { ...reversed, index: order }, plain };
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
