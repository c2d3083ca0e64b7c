import { checkSum } from "@basalt/calltree";
import type { MemoryCharge } from "@basalt/store";

/** Points a page: rows of one series come in time order, so a row nearly always falls into the page of the row before. */
const pageLength = 256;

/** 48: two halves and a count, and the point in an answer. */
const pointBytes = 48;

/** 2^52: a low half on top of it is still exact. */
const carryAbove = 2 ** 52;

interface Page {
  /** Sums of the low and the high halves of values; neither loses a unit. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly rowCount: Float64Array;
}

/** The points that have rows, by their index on a time grid, ascending. */
export interface Points {
  readonly pointIndex: Float64Array;
  /** Exact sums. */
  readonly sum: BigInt64Array;
  readonly rowCount: Float64Array;
}

/** Exact sums by point of a time grid that may be vast and mostly empty. */
export class PointSums {
  private readonly pages = new Map<number, Page>();
  private lastNumber = -1;
  private last: Page | undefined;

  private readonly charge: MemoryCharge;

  /** Told of the bytes of each page before it is made. */
  constructor(charge: MemoryCharge) {
    this.charge = charge;
  }

  /** Adds element `index` of a column, given by its lanes, to a point, as the sum of `rowCount` rows. */
  add(pointIndex: number, lanes: Uint32Array, index: number, rowCount: number): void {
    const number = Math.floor(pointIndex / pageLength);
    const page = number === this.lastNumber && this.last !== undefined ? this.last : this.turnTo(number);
    const slot = pointIndex - number * pageLength;
    let low = (page.low[slot] ?? 0) + (lanes[index * 2] ?? 0);
    let high = (page.high[slot] ?? 0) + (lanes[index * 2 + 1] ?? 0);
    if (low > carryAbove) {
      const carry = Math.floor(low / 2 ** 32);
      low -= carry * 2 ** 32;
      high += carry;
    }
    page.low[slot] = low;
    page.high[slot] = high;
    page.rowCount[slot] = (page.rowCount[slot] ?? 0) + rowCount;
  }

  private turnTo(number: number): Page {
    let page = this.pages.get(number);
    if (page === undefined) {
      this.charge(pageLength * pointBytes);
      page = {
        low: new Float64Array(pageLength),
        high: new Float64Array(pageLength),
        rowCount: new Float64Array(pageLength),
      };
      this.pages.set(number, page);
    }
    this.lastNumber = number;
    this.last = page;
    return page;
  }

  /**
   * The points that have rows.
   *
   * @throws BasaltError `value_overflow`.
   */
  finish(): Points {
    let count = 0;
    for (const { rowCount } of this.pages.values()) for (const rows of rowCount) if (rows > 0) count++;
    const pointIndex = new Float64Array(count);
    const sum = new BigInt64Array(count);
    const rowCount = new Float64Array(count);
    let next = 0;
    for (const [number, page] of [...this.pages].sort(([a], [b]) => a - b)) {
      for (let slot = 0; slot < pageLength; slot++) {
        const rows = page.rowCount[slot] ?? 0;
        if (rows === 0) continue;
        pointIndex[next] = number * pageLength + slot;
        sum[next] = checkSum((BigInt(page.high[slot] ?? 0) << 32n) + BigInt(page.low[slot] ?? 0));
        rowCount[next++] = rows;
      }
    }
    return { pointIndex, sum, rowCount };
  }
}
