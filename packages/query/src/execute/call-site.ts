import type { SymbolTables } from "@basalt/symdb";
import type { FrameNames } from "./frame-names.ts";
import { frameNamesOf, noStackName } from "./frame-names.ts";

/** State of a stack that left the call site. */
const leftIt = -1;

/**
 * Marks with 1 the stacks of a partition that begin, from the root, with the given function names. An inlined frame is
 * a frame like any other: the call site may end between two lines of one location.
 */
export function stacksAt(symbols: SymbolTables, callSite: readonly string[]): Uint8Array {
  const names = frameNamesOf(symbols);
  const { stackCount, stackParent, stackLocation } = symbols;
  /** Frames of the call site that the stack has passed; or leftIt. */
  const passed = new Int32Array(stackCount);
  const marks = new Uint8Array(stackCount);
  marks[0] = callSite.length === 0 || (callSite.length === 1 && callSite[0] === noStackName) ? 1 : 0;
  for (let stack = 1; stack < stackCount; stack++) {
    let depth = passed[stackParent[stack] ?? 0] ?? leftIt;
    if (depth !== leftIt && depth < callSite.length) {
      depth = passFrames(symbols, names, { location: stackLocation[stack] ?? 0, depth, callSite });
    }
    passed[stack] = depth;
    if (depth >= callSite.length) marks[stack] = 1;
  }
  return marks;
}

/** Compares a location's frames with the call site from some depth on: the depth reached, or leftIt. */
function passFrames(
  symbols: SymbolTables,
  names: FrameNames,
  at: { readonly location: number; readonly depth: number; readonly callSite: readonly string[] },
): number {
  const { location, callSite } = at;
  const start = symbols.locationLineStart[location] ?? 0;
  const end = symbols.locationLineStart[location + 1] ?? 0;
  if (start === end) return names.ofLocation(location) === callSite[at.depth] ? at.depth + 1 : leftIt;
  let depth = at.depth;
  // The last line is the caller of those before it.
  for (let line = end - 1; line >= start && depth < callSite.length; line--) {
    if (names.ofLine(line) !== callSite[depth]) return leftIt;
    depth++;
  }
  return depth;
}
