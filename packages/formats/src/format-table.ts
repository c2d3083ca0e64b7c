import type { ProfileColumns } from "@basalt/model";
import { PprofDecoder } from "./pprof/decode.ts";
import type { PprofLimits } from "./pprof/limits.ts";

/** Turns bytes of one format into columns; valid until the next call. */
export interface ProfileDecoder {
  /** @throws BasaltError `profile_malformed`, `profile_too_large`. */
  decode(bytes: Uint8Array, limits?: PprofLimits): ProfileColumns;
}

/** A format that profiles may be pushed in. */
export interface Format {
  /** As in the parameter `format` of /ingest. */
  readonly name: string;
  /** Whether bytes, inflated, may be of this format; looks at the first few only. */
  readonly sniff: (bytes: Uint8Array) => boolean;
  readonly createDecoder: () => ProfileDecoder;
}

/** All formats that Basalt reads, the surest to tell first. */
export const formats: readonly Format[] = [
  {
    name: "pprof",
    sniff: (bytes) => mayBePprof(bytes),
    createDecoder: () => new PprofDecoder(),
  },
];

/** A pprof begins with a field of message `Profile`: number 1 to 14, of wire type 0 or 2. */
function mayBePprof(bytes: Uint8Array): boolean {
  const tag = bytes[0] ?? 0;
  const field = tag >>> 3;
  return tag < 128 && field >= 1 && field <= 14 && ((tag & 7) === 0 || (tag & 7) === 2);
}

/** The format that bytes, inflated, seem to be of. */
export function sniffFormat(bytes: Uint8Array): Format | undefined {
  return formats.find((format) => format.sniff(bytes));
}
