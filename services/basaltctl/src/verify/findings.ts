/** What kind of thing is wrong. A kind never changes its meaning. */
export type FindingKind =
  /** `meta.json` is not what it should be, or contradicts itself or its place. */
  | "meta"
  /** A file that `meta.json` names is not there. */
  | "missing"
  /** An object in the folder that `meta.json` does not name. */
  | "stray"
  | "size"
  /** The CRC-32 of a whole file. */
  | "checksum"
  /** The footer cannot be read. */
  | "footer"
  /** A column is missing, of another type, or unknown. */
  | "schema"
  /** A page cannot be decoded, or its own checksum is wrong. */
  | "page"
  /** Counts of rows or samples differ from `meta.json`, or a number in a sequence is not the next. */
  | "count"
  /** Rows are not in their order, or twice there. */
  | "order"
  /** A total is not the sum of its samples, or a value or label is not what it must be. */
  | "value"
  /** A number names something that does not exist. */
  | "reference";

/** One thing that is wrong, and where. */
export interface Finding {
  readonly kind: FindingKind;
  /** The file inside the block; `meta.json` too. */
  readonly file: string;
  /** Row of the file, counted from 0; absent where it is not about one. */
  readonly row?: number;
  readonly problem: string;
}

/** A damaged column makes a finding a row: whoever reads a hundred knows enough. */
const keptMax = 100;

/** What was found in a block: the first hundred in words, all by number. */
export class Findings {
  readonly kept: Finding[] = [];
  count: number = 0;

  add(kind: FindingKind, file: string, problem: string, row?: number): void {
    this.count++;
    if (this.kept.length >= keptMax) return;
    this.kept.push({ kind, file, problem, ...(row === undefined ? {} : { row }) });
  }
}
