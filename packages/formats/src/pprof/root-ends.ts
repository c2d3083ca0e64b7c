import type { SampleColumns } from "@basalt/model";

/** Frames that two stacks must share in a row. */
export const sharedFrameCount = 16;

/** A crafted profile may make hashes collide: what lies further from its slot is not found, and its stack not repaired. */
const probesMax = 32;

/** Factor of the rolling hash, and its 15th power: odd, so that no frame is lost from the low bits. */
const factor = 0x9e3779b1 | 0;
const factorToThe15: number = power(factor, sharedFrameCount - 1);

/**
 * The distinct root ends of stacks (their last 16 frames), numbered 0, 1, 2 …, to be found within other stacks. Each takes one
 * slot of a hash table; hashes roll along a stack, as by Karp and Rabin (1987).
 */
export class RootEnds {
  count = 0;
  /** Position after each root end in the column of frames. */
  private readonly end: Int32Array;
  private readonly slots: Int32Array;
  private readonly frames: Uint32Array;

  constructor(samples: SampleColumns) {
    this.frames = samples.stackLocation;
    this.end = new Int32Array(samples.sampleCount);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(samples.sampleCount * 2 + 2)));
  }

  /** Adds the 16 frames before a position; gives their number, or -1 if there is no place for them. */
  add(end: number): number {
    const slot = this.slotOf(end, this.hashBefore(end));
    if (slot < 0) return -1;
    const found = (this.slots[slot] as number) - 1;
    if (found >= 0) return found;
    this.end[this.count] = end;
    this.slots[slot] = this.count + 1;
    return this.count++;
  }

  /** Looks for root ends that lie one to eight frames below a stack's root; `found` is called for each, farthest first. */
  findWithin(stackEnd: number, offsetMax: number, found: (rootEnd: number, offset: number) => void): void {
    const frames = this.frames;
    let end = stackEnd - offsetMax;
    let hash = this.hashBefore(end);
    for (; end < stackEnd; end++) {
      const slot = this.slotOf(end, hash);
      const rootEnd = slot < 0 ? -1 : (this.slots[slot] as number) - 1;
      if (rootEnd >= 0) found(rootEnd, stackEnd - end);
      const left = Math.imul(frames[end - sharedFrameCount] as number, factorToThe15);
      hash = (Math.imul(hash - left, factor) + (frames[end] as number)) | 0;
    }
  }

  /** The slot of the frames before a position: theirs, or a free one; -1 if neither is near. */
  private slotOf(end: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < probesMax; probe++) {
      const rootEnd = (this.slots[slot] as number) - 1;
      if (rootEnd < 0 || this.areSame(this.end[rootEnd] as number, end)) return slot;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private hashBefore(end: number): number {
    let hash = 0;
    for (let i = end - sharedFrameCount; i < end; i++) {
      hash = (Math.imul(hash, factor) + (this.frames[i] as number)) | 0;
    }
    return hash;
  }

  private areSame(end: number, otherEnd: number): boolean {
    const frames = this.frames;
    for (let i = 1; i <= sharedFrameCount; i++) if (frames[end - i] !== frames[otherEnd - i]) return false;
    return true;
  }
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
