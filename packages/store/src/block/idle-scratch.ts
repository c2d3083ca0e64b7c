import { DecodeScratch } from "@basalt/parquet";

/** 8 MiB: the pages of a row group of a quarter of a million samples. */
const scratchBytesMax = 8 * 2 ** 20;

/** What the thread's last scan left behind: new memory for each scan would have the garbage collector run for it. */
let idle: DecodeScratch | undefined;

/** Memory for a scan, the caller's own until it gives it back. */
export function takeScratch(): DecodeScratch {
  const scratch = idle ?? new DecodeScratch();
  idle = undefined;
  return scratch;
}

/** Keeps it for the next scan, if it is of a moderate size; of several only the last. */
export function giveBackScratch(scratch: DecodeScratch): void {
  if (scratch.byteLength <= scratchBytesMax) idle = scratch;
}
