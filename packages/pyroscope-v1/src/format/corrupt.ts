import { BasaltError } from "@basalt/model";

/** The error of bytes that are not what the formats say. */
export function corrupt(what: string, reason: string): BasaltError {
  return new BasaltError("block_corrupt", `${what}: ${reason}`);
}
