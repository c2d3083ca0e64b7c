type Column = Uint8Array | Uint32Array | Int32Array | Float64Array | BigUint64Array;

/** 512 Ki elements, 2 MiB: tables keep columns up to this length for the next profile; an ordinary heap profile has 250 Ki frames. */
const retainedLengthMax = 1 << 19;

/** A column that holds at least `length` elements: the same one, or a copy at least twice as long. */
export function grow<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  const grown = sameKind(column, Math.max(length, column.length * 2));
  // One kind of element by construction, which the union of the overloads of `set` cannot express.
  (grown as Uint8Array).set(column as Uint8Array);
  return grown;
}

/** The column for the next profile: what a huge profile left behind is let go, so that it is not held for ever. */
export function retain<T extends Column>(column: T): T {
  return column.length > retainedLengthMax ? sameKind(column, 16) : column;
}

/** A copy of a column's first `count` elements with room for `more`. */
export function withRoom<T extends Column>(column: T, count: number, more: number): T {
  const copy = sameKind(column, count + more);
  (copy as Uint8Array).set((column as Uint8Array).subarray(0, count));
  return copy;
}

function sameKind<T extends Column>(column: T, length: number): T {
  return new (column.constructor as new (length: number) => T)(length);
}
