import { BasaltError } from "@basalt/model";
import type { IdColumn } from "./id-column.ts";

/** Tried in order: a hash must not fail an honest profile, and must not let a crafted one take quadratic time. */
const seeds: readonly number[] = [0x2545f491, 0x6c8e9cf5, 0x1b873593, 0x5bd1e995];

/** At half load an honest id lies more than 128 slots from its place once in 10^10 times (e^(-0.193 * 128)). */
const displacementMax = 128;

/**
 * Finds the row of a table by its 64-bit id. Ids that are 1, 2, 3 … (what nearly every writer gives) need no memory; all
 * others go into a hash table, exactly.
 */
export class IdIndex {
  private ids: IdColumn | undefined;
  private isDense = true;
  private slots: Int32Array = new Int32Array(0);
  private seed = 0;

  /**
   * Indexes the ids; gives the row of the first id that was there before, or -1.
   *
   * @throws BasaltError `profile_malformed` when the ids were made to collide under every seed.
   */
  build(ids: IdColumn): number {
    this.ids = ids;
    this.isDense = isDense(ids);
    if (this.isDense) return -1;
    const slotCount = 2 ** Math.ceil(Math.log2(Math.max(16, ids.count * 2)));
    this.slots = this.slots.length === slotCount ? this.slots : new Int32Array(slotCount);
    for (const seed of seeds) {
      this.seed = seed;
      const duplicate = this.fill(ids);
      if (duplicate !== displacedTooFar) return duplicate;
    }
    throw new BasaltError("profile_malformed", `pprof: ${ids.count} ids are made to collide`);
  }

  /** Row of an id, given as int32 lanes, or -1. */
  rowOf(low: number, high: number): number {
    const ids = this.ids;
    if (ids === undefined) return -1;
    if (this.isDense) return high === 0 && low > 0 && low <= ids.count ? low - 1 : -1;
    const slots = this.slots;
    const mask = slots.length - 1;
    let slot = hash(low, high, this.seed) & mask;
    for (let distance = 0; distance <= displacementMax; distance++) {
      const row = (slots[slot] as number) - 1;
      if (row < 0) return -1;
      if (ids.low[row] === low >>> 0 && ids.highAt(row) === high >>> 0) return row;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /**
   * Replaces references by rows plus `base`, in place in their low lane, which comes in holding id - 1 + `base`: what it
   * is to hold if ids are 1, 2, 3 … . `missing` is asked for the value of a reference that names no row.
   */
  resolve(references: IdColumn, base: 0 | 1, missing: (index: number) => number): void {
    const { low, count } = references;
    const rowCount = this.ids?.count ?? 0;
    if (this.isDense && !references.isWide && areWithin(low, count, rowCount - 1 + base)) return;
    for (let i = 0; i < count; i++) {
      const id = (low[i] as number) + 1 - base;
      const row = this.rowOf(id | 0, references.highAt(i));
      low[i] = row < 0 ? missing(i) : row + base;
    }
  }

  /** Fills the table; gives the row of a duplicate, -1, or {@link displacedTooFar}. */
  private fill(ids: IdColumn): number {
    const slots = this.slots.fill(0);
    const mask = slots.length - 1;
    for (let row = 0; row < ids.count; row++) {
      const low = ids.low[row] as number;
      const high = ids.highAt(row);
      let slot = hash(low, high, this.seed) & mask;
      let distance = 0;
      for (let other = slots[slot] as number; other !== 0; other = slots[slot] as number) {
        if (ids.low[other - 1] === low && ids.highAt(other - 1) === high) return row;
        if (++distance > displacementMax) return displacedTooFar;
        slot = (slot + 1) & mask;
      }
      slots[slot] = row + 1;
    }
    return -1;
  }
}

const displacedTooFar = -2;

/** Whether all elements are at most `last`, without a branch: the sign bit gathers every overrun. */
function areWithin(column: Uint32Array, count: number, last: number): boolean {
  let overrun = 0;
  for (let i = 0; i < count; i++) {
    const element = (column[i] as number) | 0;
    overrun |= element | (last - element);
  }
  return overrun >= 0;
}

function isDense(ids: IdColumn): boolean {
  if (ids.isWide) return false;
  const { low, count } = ids;
  for (let i = 0; i < count; i++) if (low[i] !== i + 1) return false;
  return true;
}

/** Two rounds of MurmurHash3's block mix and its finaliser. */
function hash(low: number, high: number, seed: number): number {
  let mixed = mix(mix(seed, low), high);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function mix(state: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = state ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
