import { BasaltError } from "@basalt/model";

/** The error of every file that is not what it should be; the offset is in the file, or undefined if it is not about one place. */
export function corrupt(message: string, fileOffset?: number): BasaltError {
  if (fileOffset === undefined) return new BasaltError("block_corrupt", `parquet: ${message}`);
  return new BasaltError("block_corrupt", `parquet: ${message} at offset ${fileOffset}`, { details: { fileOffset } });
}
