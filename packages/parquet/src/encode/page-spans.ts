/** Which rows a page holds. */
export interface PageSpan {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** List elements, or rows where the column is no list, counted from the chunk's first. */
  readonly slotStart: number;
  readonly slotEnd: number;
  /** Values without the missing ones. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Whether another kind of values begins here. */
  readonly startsAtBreak: boolean;
}

/** How the values of a chunk lie in its rows. */
export interface LeafLayout {
  readonly rowCount: number;
  /** Elements of row r are [starts[r], starts[r + 1]) less starts[0]; undefined if every row has one place. */
  readonly starts: Uint32Array | undefined;
  /** 1 per slot that has a value; undefined if all have. */
  readonly present: Uint8Array | undefined;
  readonly slotCount: number;
  readonly valueCount: number;
}

/** Rows of a page at most, also if they are all empty: levels take bytes too. */
const pageRowsMax = 131_072;

/** Where pages end. */
export interface PageLimits {
  /** A page ends with the row that reaches so many slots. */
  readonly slotsMax: number;
  /** A page may end at a break once it has so many slots. */
  readonly slotsMin: number;
  /** Rows at which another kind of values begins, ascending. */
  readonly breaks: Uint32Array;
}

/** Cuts a chunk into pages. */
export function pageSpans(layout: LeafLayout, limits: PageLimits): PageSpan[] {
  const { rowCount, starts, present } = layout;
  const spans: PageSpan[] = [];
  let valueStart = 0;
  for (let rowStart = 0; rowStart < rowCount; ) {
    const slotStart = slotAt(starts, rowStart);
    const rowEnd = endOfPage(layout, rowStart, limits);
    const slotEnd = slotAt(starts, rowEnd);
    const valueEnd =
      valueStart + (present === undefined ? slotEnd - slotStart : countOnes(present, slotStart, slotEnd));
    spans.push({
      rowStart,
      rowEnd,
      slotStart,
      slotEnd,
      valueStart,
      valueEnd,
      startsAtBreak: limits.breaks.includes(rowStart),
    });
    rowStart = rowEnd;
    valueStart = valueEnd;
  }
  return spans;
}

function slotAt(starts: Uint32Array | undefined, row: number): number {
  return starts === undefined ? row : (starts[row] as number) - (starts[0] as number);
}

function endOfPage(layout: LeafLayout, rowStart: number, limits: PageLimits): number {
  const { rowCount, starts } = layout;
  const slotStart = slotAt(starts, rowStart);
  const slotLimit = slotStart + limits.slotsMax;
  const rowLimit = Math.min(rowCount, rowStart + pageRowsMax);
  let row = rowStart + 1;
  if (starts === undefined) row = Math.min(rowLimit, slotLimit);
  else while (row < rowLimit && slotAt(starts, row) < slotLimit) row++;
  const near = limits.breaks.find((at) => at > rowStart && slotAt(starts, at) - slotStart >= limits.slotsMin);
  return near === undefined ? row : Math.min(row, near);
}

export function countOnes(flags: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) count += flags[i] as number;
  return count;
}
