import type { ProfileColumns } from "@basalt/model";
import { grow, retain } from "./columns.ts";
import { frameStacks } from "./frames.ts";
import { dropGoShapes } from "./go-names.ts";
import { mayHoldTruncatedStacks, repairTruncatedStacks } from "./go-stacks.ts";
import { isGoProfile } from "./language.ts";
import { shortenStrings } from "./long-strings.ts";
import { dropNegativeSamples } from "./negative-samples.ts";
import { StackRewriter } from "./stack-rewriter.ts";
import { nameLocations } from "./unnamed-locations.ts";

/** What decides over repairs; 0 = no limit. */
export interface RepairOptions {
  /** The spy that pushed the profile, from `spyName` or the label `pyroscope_spy`; empty if unknown. */
  readonly spyName: string;
  /** `-validation.max-profile-stacktrace-depth`. */
  readonly stackDepthMax: number;
  /** `-validation.max-profile-symbol-value-length`. */
  readonly symbolBytesMax: number;
}

/** What was done, for metrics: nothing is changed or left out without a count. */
export interface RepairReport {
  /** Samples left out because one of their values is negative. */
  readonly negativeSampleCount: number;
  /** Sums of their values, one per sample type; empty if there are none. */
  readonly negativeSums: readonly bigint[];
  /** Stacks cut at the depth limit. */
  readonly truncatedStackCount: number;
  /** Stacks that were empty. */
  readonly emptyStackCount: number;
  /** Stacks that the Go runtime had cut, and that have their root again. */
  readonly repairedStackCount: number;
  /** Strings cut at the length limit. */
  readonly shortenedStringCount: number;
}

/** A repaired profile and its report. */
export interface RepairedProfile {
  readonly columns: ProfileColumns;
  readonly report: RepairReport;
}

/**
 * Mends what profiles get wrong, so that everything after it need not. Afterwards no value is negative, no stack is empty or
 * deeper than the limit (but for the frame that tells), every location has a line and every line a function, and no string is
 * over its limit. What needs no repair is neither copied nor changed. An instance keeps its scratch space: the result is valid
 * until the next profile, and no longer than the columns that came in.
 */
export class ProfileRepairer {
  private readonly rewriter = new StackRewriter();
  private readonly framer = new StackRewriter();
  private scratch: Uint8Array = new Uint8Array(0);

  repair(profile: ProfileColumns, options: RepairOptions): RepairedProfile {
    const negative = dropNegativeSamples(profile);
    let columns = negative.columns;
    let repairedStackCount = 0;
    if (isGoProfile(columns, options.spyName)) {
      columns = this.repairGoNames(columns);
      const repaired = mayHoldTruncatedStacks(columns) ? repairTruncatedStacks(columns, this.rewriter) : undefined;
      if (repaired !== undefined) {
        columns = { ...columns, stackStart: repaired.stackStart, stackLocation: repaired.stackLocation };
        repairedStackCount = repaired.repairedCount;
      }
    }
    const framed = frameStacks(columns, options.stackDepthMax, this.framer);
    const short = shortenStrings(nameLocations(framed.columns), options.symbolBytesMax);
    return {
      columns: short.columns,
      report: {
        negativeSampleCount: negative.sampleCount,
        negativeSums: negative.sums,
        truncatedStackCount: framed.truncatedCount,
        emptyStackCount: framed.emptyCount,
        repairedStackCount,
        shortenedStringCount: short.shortenedCount,
      },
    };
  }

  private repairGoNames(columns: ProfileColumns): ProfileColumns {
    this.scratch = grow(retain(this.scratch), Math.min(columns.stringBytes.length, scratchBytesMax));
    const strings = dropGoShapes(columns, this.scratch);
    return strings === undefined ? columns : { ...columns, ...strings };
  }
}

/** 256 KiB: names of more bytes are copied into an array of their own. */
const scratchBytesMax = 1 << 18;
