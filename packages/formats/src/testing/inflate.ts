import { gunzipSync } from "node:zlib";
import type { Inflate } from "../pprof/gunzip.ts";

/** The implementation that the runtime injects, for tests. */
export const nodeInflate: Inflate = (bytes, outputBytesMax, sizeHint) =>
  gunzipSync(bytes, { maxOutputLength: Math.min(outputBytesMax, 2 ** 32), chunkSize: Math.max(sizeHint, 64) });
