import { grownInt32, grownUint32 } from "./grow.ts";
import { finishHash } from "./hash.ts";
import { HashSlots } from "./hash-slots.ts";

/**
 * Stacks as a tree of parent pointers, each once: a stack is its leaf's location and the stack without the leaf. Stack 0
 * is the empty one, and parent[i] < i.
 *
 * Each stack's hash is made from its parent's and its location, so one table finds a child of a stack as well as a whole
 * path. A whole path is found in one step and then compared location by location along its parents: equal hashes alone
 * are never taken for equal stacks.
 */
export class StackTree {
  count = 1;
  parent: Uint32Array = new Uint32Array(256);
  location: Uint32Array = new Uint32Array(256);
  /** Hash of each stack before its finish, to go on from; see {@link hashOnward}. */
  #openHash: Int32Array = new Int32Array(256);
  /** Entry i is stack i + 1. */
  readonly #slots = new HashSlots(512);

  /** Odd, and of the process: the hash of a path is a polynomial in it. */
  readonly factor: number;

  constructor(seed: number) {
    this.factor = seed | 1;
  }

  get byteLength(): number {
    return 3 * this.parent.byteLength + this.#slots.byteLength;
  }

  /** The stack with one more location at the leaf's end. */
  child(parent: number, location: number): number {
    const openHash = hashOnward(this.#openHash[parent] as number, location, this.factor);
    const hash = finishHash(openHash);
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      if (this.parent[entry + 1] === parent && this.location[entry + 1] === location) return entry + 1;
      slot = slots.next(slot, first);
    }
    slots.add(hash, slot);
    const stack = this.count++;
    if (stack === this.parent.length) this.#grow();
    this.parent[stack] = parent;
    this.location[stack] = location;
    this.#openHash[stack] = openHash;
    return stack;
  }

  /**
   * The stack of the first `depth` locations of a path, leaf first. `openHash` is {@link hashOnward} over them from the
   * root on, begun with 0: who makes the path has it for next to nothing.
   */
  intern(path: Uint32Array, depth: number, openHash: number): number {
    if (depth === 0) return 0;
    const hash = finishHash(openHash);
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      if (slots.hashAt(slot) === hash && this.#isPath(entry + 1, path, depth)) return entry + 1;
      slot = slots.next(slot, first);
    }
    let stack = 0;
    for (let i = depth - 1; i >= 0; i--) stack = this.child(stack, path[i] as number);
    return stack;
  }

  #isPath(leaf: number, path: Uint32Array, depth: number): boolean {
    const { parent, location } = this;
    let stack = leaf;
    let i = 0;
    while (i < depth && stack !== 0 && location[stack] === path[i]) {
      stack = parent[stack] as number;
      i++;
    }
    return i === depth && stack === 0;
  }

  #grow(): void {
    this.parent = grownUint32(this.parent, this.count);
    this.location = grownUint32(this.location, this.count);
    this.#openHash = grownInt32(this.#openHash, this.count);
  }
}

/** The open hash of a stack with one more location at the leaf's end. */
export function hashOnward(openHash: number, location: number, factor: number): number {
  return (Math.imul(openHash, factor) + location + 1) | 0;
}
