import { stringAt } from "@basalt/model";
import { functionsOfLocation, noStackName, unsymbolisedName } from "./frames.ts";
import type { PathTables } from "./path-tables.ts";

/**
 * Marks with 1, by stack id, the stacks that begin, at the root, with the given function names; all stacks if there are
 * none. It is Pyroscope's `stack_trace_selector.call_site`.
 */
export function selectStacks(tables: PathTables, callSite: readonly string[]): Uint8Array {
  const { stackCount, stackParent, stackLocation } = tables;
  const selected = new Uint8Array(stackCount);
  if (callSite.length === 0) return selected.fill(1);
  /** Names of the call site that the stack begins with, plus one; 0 = it begins with others. */
  const matched = new Uint32Array(stackCount);
  matched[0] = 1;
  const wanted = callSite.length + 1;
  for (let stack = 1; stack < stackCount; stack++) {
    const above = matched[stackParent[stack] as number] as number;
    if (above === 0) continue;
    matched[stack] = above === wanted ? wanted : matchOn(tables, stackLocation[stack] as number, callSite, above);
    if (matched[stack] === wanted) selected[stack] = 1;
  }
  if (callSite.length === 1 && callSite[0] === noStackName) selected[0] = 1;
  return selected;
}

function matchOn(tables: PathTables, location: number, callSite: readonly string[], matched: number): number {
  const functions = functionsOfLocation(tables, location);
  if (functions.length === 0) {
    return unsymbolisedName(tables, location) === callSite[matched - 1] ? matched + 1 : 0;
  }
  let count = matched;
  for (const callee of functions) {
    if (count > callSite.length) break;
    if (stringAt(tables, tables.functionName[callee] as number) !== callSite[count - 1]) return 0;
    count++;
  }
  return count;
}
