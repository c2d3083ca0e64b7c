/** Bits that hold every value up to a maximum; at least 1. */
export function bitWidth(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}
