import type { TimeRange } from "../state/time.ts";

/** A dragged range as the URL writes it: unix milliseconds. */
export function rangeTexts({ startMs, endMs }: TimeRange): { readonly from: string; readonly until: string } {
  return { from: String(startMs), until: String(endMs) };
}
