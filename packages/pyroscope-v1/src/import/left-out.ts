/** What an import leaves out, by reason. */
export interface LeftOut {
  /** Rows that have no value left. */
  rows: number;
  /** Values below 0, as at ingest, and their sum. */
  negativeValues: number;
  negativeTotal: bigint;
  /** Values of samples without a stack, and their sum: the other server has them in no call tree. */
  stacklessValues: number;
  stacklessTotal: bigint;
  /** Rows in the millisecond of the row before of their series, and their sum: the other server takes them for repetitions. */
  repeatedRows: number;
  repeatedTotal: bigint;
}

/** Nothing left out yet. */
export function nothingLeftOut(): LeftOut {
  const values = { negativeValues: 0, negativeTotal: 0n, stacklessValues: 0, stacklessTotal: 0n };
  return { rows: 0, ...values, repeatedRows: 0, repeatedTotal: 0n };
}

/** Adds one account to another. */
export function addLeftOut(to: LeftOut, from: LeftOut): void {
  to.rows += from.rows;
  to.negativeValues += from.negativeValues;
  to.negativeTotal += from.negativeTotal;
  to.stacklessValues += from.stacklessValues;
  to.stacklessTotal += from.stacklessTotal;
  to.repeatedRows += from.repeatedRows;
  to.repeatedTotal += from.repeatedTotal;
}

/** The account as JSON: sums are decimal strings. */
export interface LeftOutJson {
  readonly rows: number;
  readonly negativeValues: number;
  readonly negativeTotal: string;
  readonly stacklessValues: number;
  readonly stacklessTotal: string;
  readonly repeatedRows: number;
  readonly repeatedTotal: string;
}

export function leftOutToJson(leftOut: LeftOut): LeftOutJson {
  const { negativeTotal, stacklessTotal, repeatedTotal } = leftOut;
  return {
    ...leftOut,
    negativeTotal: String(negativeTotal),
    stacklessTotal: String(stacklessTotal),
    repeatedTotal: String(repeatedTotal),
  };
}

export function leftOutFromJson(json: LeftOutJson): LeftOut {
  const { negativeTotal, stacklessTotal, repeatedTotal } = json;
  return {
    ...json,
    negativeTotal: BigInt(negativeTotal),
    stacklessTotal: BigInt(stacklessTotal),
    repeatedTotal: BigInt(repeatedTotal),
  };
}

/** Lines for people; none if nothing was left out. */
export function formatLeftOut(leftOut: LeftOut): string[] {
  const { rows, negativeValues, negativeTotal, stacklessValues, stacklessTotal } = leftOut;
  const { repeatedRows, repeatedTotal } = leftOut;
  const lines: string[] = [];
  if (stacklessValues > 0) lines.push(`left out: ${stacklessValues} values without a stack, ${stacklessTotal} in all`);
  if (repeatedRows > 0) {
    lines.push(
      `left out: ${repeatedRows} rows in one millisecond with another of their series, ${repeatedTotal} in all`,
    );
  }
  if (negativeValues > 0) lines.push(`left out: ${negativeValues} values below 0, ${negativeTotal} in all`);
  if (rows > 0) lines.push(`left out: ${rows} rows without any other value`);
  return lines;
}
