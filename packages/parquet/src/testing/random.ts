/** Numbers that repeat under one seed. Source: xorshift32, George Marsaglia, 2003. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed | 0) ^ 0x2545f491 || 1;
  }

  /** Uniform uint32, never 0. */
  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** Uniform in [0, limit). */
  below(limit: number): number {
    return this.word() % limit;
  }

  chance(probability: number): boolean {
    return this.word() / 2 ** 32 < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Uniform over int64. */
  int64(): bigint {
    return BigInt.asIntN(64, (BigInt(this.word()) << 32n) | BigInt(this.word()));
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}
