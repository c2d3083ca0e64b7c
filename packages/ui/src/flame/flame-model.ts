/**
 * A flame graph as columns, by level: nodes of level l are [levelStart[l], levelStart[l + 1]), left to right. Node 0 is the
 * root. Values are floats: layout needs no integers beyond 2^53.
 */
export interface FlameModel {
  readonly names: readonly string[];
  readonly nodeCount: number;
  readonly levelStart: Uint32Array;
  /** Left edge, in values; children begin after their parent's self. Of a diff: of both sides together. */
  readonly x: Float64Array;
  readonly total: Float64Array;
  readonly self: Float64Array;
  readonly nameIndex: Uint32Array;
  /** Index of the parent; -1 of the root. */
  readonly parent: Int32Array;
  /** Values of the two sides of a diff; total = left + right. */
  readonly sides?: {
    readonly leftTotal: Float64Array;
    readonly leftSelf: Float64Array;
    readonly rightTotal: Float64Array;
    readonly rightSelf: Float64Array;
  };
}
