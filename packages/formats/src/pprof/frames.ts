import type { ProfileColumns } from "@basalt/model";
import { withRoom } from "./columns.ts";
import type { StackRewriter } from "./stack-rewriter.ts";
import { StringAppender } from "./string-appender.ts";

/** Names of the frames that stand where a profile has none. */
export const frameNames = { truncated: "[truncated]", noStack: "[no stack]" } as const;

/** A profile whose stacks are neither empty nor too deep. */
export interface FramedStacks {
  readonly columns: ProfileColumns;
  readonly truncatedCount: number;
  readonly emptyCount: number;
}

/**
 * Cuts stacks deeper than `depthMax` (0 = no bound) at the leaf end, where a frame `[truncated]` takes the place of what is cut,
 * and gives empty stacks the frame `[no stack]`: no value loses its place. What needs neither is given back as it is.
 */
export function frameStacks(columns: ProfileColumns, depthMax: number, rewriter: StackRewriter): FramedStacks {
  const { sampleCount, stackStart, stackLocation } = columns;
  const limit = depthMax > 0 ? depthMax : 0xffffffff;
  let truncatedCount = 0;
  let emptyCount = 0;
  for (let i = 0; i < sampleCount; i++) {
    const depth = (stackStart[i + 1] as number) - (stackStart[i] as number);
    if (depth === 0) emptyCount++;
    else if (depth > limit) truncatedCount++;
  }
  if (truncatedCount === 0 && emptyCount === 0) return { columns, truncatedCount, emptyCount };
  const truncated = columns.locationCount;
  const noStack = truncated + 1;
  rewriter.begin();
  for (let i = 0; i < sampleCount; i++) {
    const start = stackStart[i] ?? 0;
    const end = stackStart[i + 1] ?? 0;
    if (start === end) rewriter.push(noStack);
    else if (end - start > limit) rewriter.push(truncated);
    rewriter.copy(stackLocation, Math.max(start, end - limit), end);
    rewriter.close();
  }
  const named = withNamedLocations(columns, [frameNames.truncated, frameNames.noStack]);
  return { columns: { ...named, ...rewriter.finish() }, truncatedCount, emptyCount };
}

/** The profile with locations appended that have a name and nothing else. */
function withNamedLocations(columns: ProfileColumns, names: readonly string[]): ProfileColumns {
  const { functionCount, locationCount, lineCount } = columns;
  const more = names.length;
  const strings = new StringAppender(columns);
  const added = {
    functionName: withRoom(columns.functionName, functionCount, more),
    functionSystemName: withRoom(columns.functionSystemName, functionCount, more),
    functionFilename: withRoom(columns.functionFilename, functionCount, more),
    functionStartLine: withRoom(columns.functionStartLine, functionCount, more),
    locationMapping: withRoom(columns.locationMapping, locationCount, more),
    locationAddressLow: withRoom(columns.locationAddressLow, locationCount, more),
    locationAddressHigh: withRoom(columns.locationAddressHigh, locationCount, more),
    locationIsFolded: withRoom(columns.locationIsFolded, locationCount, more),
    locationLineStart: withRoom(columns.locationLineStart, locationCount + 1, more),
    lineFunction: withRoom(columns.lineFunction, lineCount, more),
    lineNumber: withRoom(columns.lineNumber, lineCount, more),
  };
  for (const [i, name] of names.entries()) {
    const string = strings.addText(name);
    added.functionName[functionCount + i] = string;
    added.functionSystemName[functionCount + i] = string;
    added.lineFunction[lineCount + i] = functionCount + i + 1;
    added.locationLineStart[locationCount + i + 1] = lineCount + i + 1;
  }
  return {
    ...columns,
    ...strings.finish(),
    ...added,
    functionCount: functionCount + more,
    locationCount: locationCount + more,
    lineCount: lineCount + more,
  };
}
