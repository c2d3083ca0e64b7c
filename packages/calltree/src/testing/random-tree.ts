import type { CallTree } from "../call-tree.ts";
import { CallTreeBuilder } from "../call-tree-builder.ts";

/** Uniform in [0, 1) from a seed: xorshift32. Equal on every run. */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What random trees are like. */
export interface RandomTreeOptions {
  /** Names `f0` … to choose from; few make recursion. A tenth of all frames are called `other`, `total` or nothing. */
  readonly functions: number;
  readonly stacks: number;
  readonly depth: number;
}

/** A tree of random stacks; values are small, so that many are equal. */
export function randomTree(random: () => number, options: RandomTreeOptions): CallTree {
  const builder = new CallTreeBuilder();
  const odd = ["other", "total", ""];
  for (let i = 0; i < options.stacks; i++) {
    let node = 0;
    const depth = 1 + Math.floor(random() * options.depth);
    for (let level = 0; level < depth; level++) {
      const isOdd = random() < 0.1;
      const name = isOdd ? odd[Math.floor(random() * 3)] : `f${Math.floor(random() * options.functions)}`;
      node = builder.child(node, builder.functions.indexOf(name ?? ""));
    }
    builder.addSelf(Uint32Array.of(node), BigInt64Array.of(BigInt(1 + Math.floor(random() * 6))));
  }
  return builder.finish();
}
