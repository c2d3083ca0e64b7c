import type { FunctionTable } from "./function-table.ts";
import type { Header } from "./header.ts";
import type { LocationTable } from "./location-table.ts";
import type { MappingTable } from "./mapping-table.ts";
import type { SampleTable } from "./sample-table.ts";
import type { StringTable } from "./string-table.ts";

/** Numbers of the fields of message `Profile`. */
export const profileField = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  dropFrames: 7,
  keepFrames: 8,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  comment: 13,
  defaultSampleType: 14,
  max: 14,
} as const;

/** What the decoder fills: one table per message of the format. */
export interface Tables {
  readonly header: Header;
  readonly strings: StringTable;
  readonly functions: FunctionTable;
  readonly mappings: MappingTable;
  readonly locations: LocationTable;
  readonly samples: SampleTable;
}
