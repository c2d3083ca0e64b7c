/** Randomness, injected everywhere. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform bytes. */
  bytes(count: number): Uint8Array;
}
