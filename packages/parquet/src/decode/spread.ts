import type { ByteValues } from "../column-values.ts";

/** Which slots of a decoded leaf a caller gets, and where values are missing among them. */
export interface SlotView {
  readonly start: number;
  readonly end: number;
  /** 1 where a slot has a value, over all decoded slots. */
  readonly present: Uint8Array | undefined;
}

type Numbers = Int32Array | Float64Array | BigInt64Array | Uint8Array;

/** Puts dense values to their slots, zeros (`unit` of them) where there is none, and cuts the slots asked for. */
export function spreadNumbers<T extends Numbers>(dense: T, view: SlotView, unit = 1): T {
  const { start, end, present } = view;
  if (present === undefined) return dense.subarray(start * unit, end * unit) as T;
  const slots = new (dense.constructor as new (length: number) => T)((end - start) * unit);
  let from = 0;
  for (let slot = 0; slot < end; slot++) {
    if (present[slot] === 0) continue;
    if (slot >= start) slots.set(dense.subarray(from * unit, (from + 1) * unit) as never, (slot - start) * unit);
    from++;
  }
  return slots;
}

/** The same for byte strings; a missing one is the empty string. */
export function spreadStrings(dense: ByteValues, view: SlotView): ByteValues {
  const { start, end, present } = view;
  if (present === undefined) {
    if (dense.index === undefined) return { bytes: dense.bytes, starts: dense.starts.subarray(start, end + 1) };
    return { ...dense, index: dense.index.subarray(start, end) };
  }
  // one more string, the empty one, at the end of the table
  const count = dense.starts.length - 1;
  const starts = new Uint32Array(count + 2);
  starts.set(dense.starts);
  starts[count + 1] = dense.starts[count] as number;
  const index = new Uint32Array(end - start);
  let from = 0;
  for (let slot = 0; slot < end; slot++) {
    const has = present[slot] !== 0;
    if (slot >= start)
      index[slot - start] = has ? (dense.index === undefined ? from : (dense.index[from] as number)) : count;
    if (has) from++;
  }
  return { bytes: dense.bytes, starts, index };
}
