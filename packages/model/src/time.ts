/** Unix time in nanoseconds; int64 range. */
export type UnixNano = bigint;

/** A time range in unix nanoseconds, both ends included. */
export interface TimeRange {
  readonly start: UnixNano;
  readonly end: UnixNano;
}

/** Width of a window, ns: 15 min. A row belongs to the aligned window of its profile time. */
export const windowNanos = 900_000_000_000n;

export const nanosPerMilli = 1_000_000n;

/** Rounds down to a multiple of the width, also before 1970. */
export function alignDown(time: UnixNano, width: bigint): UnixNano {
  const rest = time % width;
  return rest < 0n ? time - rest - width : time - rest;
}

/** Start of the 15-min window that a profile time belongs to. */
export function windowStart(time: UnixNano): UnixNano {
  return alignDown(time, windowNanos);
}

/** Whether two ranges share an instant. */
export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.start <= b.end && b.start <= a.end;
}
