import { randomFillSync } from "node:crypto";
import type { Random } from "../random.ts";

/** The machine's randomness; `bytes` are fit for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomFillSync(new Uint8Array(count)),
};
