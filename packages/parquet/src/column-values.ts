/** Numbers of a leaf. A Float64Array of an integer leaf holds integers of at most ±2^53; a Uint8Array holds booleans, or 16 bytes a `uuid`. */
export type NumericArray = Uint8Array | Uint32Array | Int32Array | Float64Array | BigInt64Array | BigUint64Array;

/**
 * Strings or byte strings: value i is `bytes[starts[k] .. starts[k + 1])` with k = index[i], or k = i without an index.
 * With an index, bytes and starts are a table of strings; a writer stores those that are referenced.
 */
export interface ByteValues {
  readonly bytes: Uint8Array;
  /** One more than there are strings, and ascending, unless lengths are given. */
  readonly starts: Uint32Array;
  /** Only when writing: string k is `bytes[starts[k] .. starts[k] + lengths[k])`, in any order. Readers never give it. */
  readonly lengths?: Uint32Array;
  readonly index?: Uint32Array;
}

/** Values of an optional leaf: `values` has a place (content ignored) also where there is none. */
export interface OptionalValues {
  /** 1 where there is a value, else 0. */
  readonly present: Uint8Array;
  readonly values: NumericArray | ByteValues;
}

/** Values of one leaf of a row group. Arrays may be longer than needed. */
export type ColumnValues = NumericArray | ByteValues | OptionalValues;

/** The rows of one row group as columns. */
export interface RowGroupValues {
  readonly rowCount: number;
  /**
   * Per list, struct list or map column: its values of row r are [starts[r], starts[r + 1]) in its leaves' arrays.
   * rowCount + 1 long (or longer); it need not begin with 0.
   */
  readonly lists?: Readonly<Record<string, Uint32Array>>;
  /**
   * By leaf name, the rows, ascending, at which another kind of values begins (such as another profile type): a page of
   * 4 KiB or more ends there, so that each kind gets the encoding that suits it.
   */
  readonly pageBreaks?: Readonly<Record<string, Uint32Array>>;
  /** Values of every leaf, by leaf name. */
  readonly leaves: Readonly<Record<string, ColumnValues>>;
}
