import { assert } from "@basalt/model";
import { plainView } from "../bytes/plain-view.ts";
import type { ByteValues, ColumnValues, NumericArray } from "../column-values.ts";
import { physical } from "../format/constants.ts";
import type { Leaf } from "../format/leaf.ts";
import type { ChunkStatistics } from "../metadata.ts";
import { boundsOf, byteStrings } from "./byte-strings.ts";
import type { EncodeScratch } from "./encode-scratch.ts";
import { type Integers, integers32, integers64 } from "./integers.ts";
import {
  booleanEncoder,
  type ChunkEncoders,
  integerEncoders,
  onlyEncoder,
  plainEncoder,
  stringEncoders,
} from "./page-encoder.ts";
import { countOnes, type LeafLayout } from "./page-spans.ts";

/** One chunk, ready to be cut into pages. */
export interface ChunkSource {
  readonly layout: LeafLayout;
  readonly encoders: ChunkEncoders;
  readonly min: ChunkStatistics["min"];
  readonly max: ChunkStatistics["max"];
  /** Bytes that one slot takes on average, to size pages by. */
  readonly bytesPerSlot: number;
}

/** The rows of a leaf. */
export interface LeafRows {
  readonly rowCount: number;
  readonly starts: Uint32Array | undefined;
  readonly pageBreaks: Uint32Array | undefined;
}

/** Prepares the values of one leaf: statistics, ways to encode them, and how they lie in the rows. */
export function chunkSource(leaf: Leaf, rows: LeafRows, values: ColumnValues, scratch: EncodeScratch): ChunkSource {
  const { rowCount, starts } = rows;
  const slotStart = starts?.[0] ?? 0;
  const slotCount = starts === undefined ? rowCount : (starts[rowCount] ?? -1) - slotStart;
  assert(slotCount >= 0, `starts of ${leaf.column} hold ${rowCount} rows`);
  const optional = "present" in values;
  assert(!optional || leaf.maxDefinition > leaf.elementDefinition, `${leaf.name} is not optional`);
  const present = optional ? presentOf(values.present, slotStart, slotCount) : undefined;
  const dense = optional ? values.values : values;
  const valueCount = present === undefined ? slotCount : countOnes(present, 0, slotCount);
  const layout: LeafLayout = { rowCount, starts, present, slotCount, valueCount };
  const encoded =
    "bytes" in dense
      ? fromStrings(compactStrings(dense, layout, slotStart), layout, scratch)
      : fromNumbers(leaf, compactNumbers(leaf, dense, layout, slotStart), { count: valueCount, scratch });
  return { layout, ...encoded };
}

type Encoded = Omit<ChunkSource, "layout">;

function presentOf(present: Uint8Array, slotStart: number, slotCount: number): Uint8Array | undefined {
  assert(present.length >= slotStart + slotCount, `presence of ${slotCount} values`);
  const flags = present.subarray(slotStart, slotStart + slotCount);
  return flags.includes(0) ? flags : undefined;
}

function compactStrings(values: ByteValues, layout: LeafLayout, slotStart: number): ReturnType<typeof byteStrings> {
  const { present, slotCount, valueCount } = layout;
  if (present === undefined) return byteStrings(values, slotStart, valueCount);
  const index = new Uint32Array(valueCount);
  let at = 0;
  for (let i = 0; i < slotCount; i++) {
    if (present[i] !== 0)
      index[at++] = values.index === undefined ? slotStart + i : (values.index[slotStart + i] as number);
  }
  return byteStrings({ ...values, index }, 0, valueCount);
}

function fromStrings(strings: ReturnType<typeof byteStrings>, layout: LeafLayout, scratch: EncodeScratch): Encoded {
  const bounds = boundsOf(strings);
  const bound = (index: number): Uint8Array | undefined => {
    if (index < 0) return undefined;
    const begin = strings.start[index] as number;
    return strings.bytes.slice(begin, begin + (strings.length[index] as number));
  };
  return {
    encoders: stringEncoders(strings, scratch),
    min: bound(bounds.min),
    max: bound(bounds.max),
    bytesPerSlot: 4 + strings.totalLength / Math.max(1, layout.slotCount),
  };
}

/** The slots' values without the missing ones, from index 0 on. */
function compactNumbers(leaf: Leaf, values: NumericArray, layout: LeafLayout, slotStart: number): NumericArray {
  const { present, slotCount, valueCount } = layout;
  const unit = leaf.physical === physical.fixed ? leaf.typeLength : 1;
  assert(
    values.length >= (slotStart + slotCount) * unit,
    `${leaf.name} has ${values.length} of ${slotStart + slotCount} values`,
  );
  const slots = values.subarray(slotStart * unit, (slotStart + slotCount) * unit);
  if (present === undefined) return slots;
  const dense = slots.slice(0, valueCount * unit);
  let at = 0;
  for (let i = 0; i < slotCount; i++) {
    if (present[i] === 0) continue;
    for (let k = 0; k < unit; k++) dense[at * unit + k] = slots[i * unit + k] as never;
    at++;
  }
  return dense;
}

function fromNumbers(leaf: Leaf, values: NumericArray, options: { count: number; scratch: EncodeScratch }): Encoded {
  const { count, scratch } = options;
  switch (leaf.physical) {
    case physical.int32:
      return fromIntegers(integers32(values, count, leaf.unsigned), scratch);
    case physical.int64:
      return fromIntegers(integers64(values, { count, unsigned: leaf.unsigned, scratch }), scratch);
    case physical.double: {
      assert(values instanceof Float64Array, `${leaf.name} takes a Float64Array`);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return { encoders: onlyEncoder(plainEncoder(bytes, 8)), min: undefined, max: undefined, bytesPerSlot: 8 };
    }
    default: {
      assert(values instanceof Uint8Array, `${leaf.name} takes a Uint8Array`);
      const isBoolean = leaf.physical === physical.boolean;
      const encoder = isBoolean ? booleanEncoder(values) : plainEncoder(plainView(values), leaf.typeLength);
      return {
        encoders: onlyEncoder(encoder),
        min: undefined,
        max: undefined,
        bytesPerSlot: isBoolean ? 0.125 : leaf.typeLength,
      };
    }
  }
}

function fromIntegers(integers: Integers, scratch: EncodeScratch): Encoded {
  const known = integers.count > 0;
  return {
    encoders: integerEncoders(integers, scratch),
    min: known ? integers.min : undefined,
    max: known ? integers.max : undefined,
    bytesPerSlot: integers.bytesPerValue,
  };
}
