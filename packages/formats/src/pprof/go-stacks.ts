import { type ProfileColumns, type SampleColumns, stringAt } from "@basalt/model";
import { RootEnds } from "./root-ends.ts";
import type { StackColumns, StackRewriter } from "./stack-rewriter.ts";

/** Stacks up to this height are never taken as truncated, nor do they repair others. */
const heightMin = 24;

/** By at most this many frames does one stack continue another toward the root. */
const offsetMax = 8;

/** Longer chains of continuations are taken as recursion. */
const chainLengthMax = 56;

/**
 * The Go runtime cuts deep stacks at the root end: those of heap profiles at 32 frames (before Go 1.23), those of CPU profiles
 * at 64. Whether a profile may hold such stacks.
 */
export function mayHoldTruncatedStacks(columns: ProfileColumns): boolean {
  const isOf = { heap: false, cpu: false };
  for (let t = 0; t < columns.sampleTypeCount; t++) {
    const name = stringAt(columns, columns.sampleTypeName[t] ?? 0);
    if (name.startsWith("alloc_") || name.startsWith("inuse_")) isOf.heap = true;
    if (name === "cpu") isOf.cpu = true;
  }
  if (!isOf.heap && !isOf.cpu) return false;
  const height = tallestStack(columns);
  return (isOf.heap && height >= 28 && height < 33) || (isOf.cpu && height >= 60);
}

function tallestStack(samples: SampleColumns): number {
  let tallest = 0;
  const start = samples.stackStart;
  for (let i = 0; i < samples.sampleCount; i++) {
    const height = (start[i + 1] as number) - (start[i] as number);
    if (height > tallest) tallest = height;
  }
  return tallest;
}

/** Stacks of which some were repaired. */
export interface RepairedStacks extends StackColumns {
  readonly repairedCount: number;
}

/**
 * Gives truncated stacks their root end back, as far as other stacks of the profile show it. A stack taller than 24 frames is
 * taken as truncated if another one taller than 24 holds its last 16 frames, followed by one to eight more toward the root.
 * These are copied from the tallest such stack, and so on from there. Recursion, where a stack would continue itself, is left
 * alone. Undefined if there is nothing to repair.
 */
export function repairTruncatedStacks(samples: SampleColumns, rewriter: StackRewriter): RepairedStacks | undefined {
  const donors = findDonors(samples);
  if (donors === undefined) return undefined;
  const chain: number[] = [];
  let repairedCount = 0;
  rewriter.begin();
  for (let i = 0; i < samples.sampleCount; i++) {
    rewriter.copy(samples.stackLocation, samples.stackStart[i] ?? 0, samples.stackStart[i + 1] ?? 0);
    if (followChain(donors, i, chain)) {
      repairedCount++;
      for (const stack of chain) copyContinuation(samples, donors, { stack, rewriter });
    }
    rewriter.close();
  }
  return repairedCount === 0 ? undefined : { ...rewriter.finish(), repairedCount };
}

/** For each sample the stack that continues it ({@link none} = no stack), and by how many frames. */
interface Donors {
  readonly sample: Int32Array;
  readonly offset: Uint8Array;
}

const none = -1;

/** Undefined if no stack continues another: then nothing needs to be copied. */
function findDonors(samples: SampleColumns): Donors | undefined {
  const { sampleCount, stackStart } = samples;
  const rootEnds = new RootEnds(samples);
  const rootEndOf = new Int32Array(sampleCount).fill(none);
  for (let i = 0; i < sampleCount; i++) {
    const end = stackStart[i + 1] as number;
    if (end - (stackStart[i] as number) > heightMin) rootEndOf[i] = rootEnds.add(end);
  }
  const best = bestContinuations(samples, rootEnds);
  const donors = { sample: new Int32Array(sampleCount).fill(none), offset: new Uint8Array(sampleCount) };
  let hasDonor = false;
  for (let i = 0; i < sampleCount; i++) {
    const rootEnd = rootEndOf[i] ?? none;
    const donor = rootEnd === none ? none : (best.sample[rootEnd] ?? none);
    if (donor === none || donor === i) continue;
    donors.sample[i] = donor;
    donors.offset[i] = best.offset[rootEnd] ?? 0;
    hasDonor = true;
  }
  return hasDonor ? donors : undefined;
}

/** For each root end the tallest stack that goes on from there; of equal ones the one that goes on further, then the first. */
function bestContinuations(samples: SampleColumns, rootEnds: RootEnds): Donors {
  const { sampleCount, stackStart } = samples;
  const best = { sample: new Int32Array(rootEnds.count).fill(none), offset: new Uint8Array(rootEnds.count) };
  const bestHeight = new Uint32Array(rootEnds.count);
  let stack = none;
  let height = 0;
  const take = (rootEnd: number, offset: number): void => {
    const rest = height - (bestHeight[rootEnd] ?? 0);
    if (rest < 0 || (rest === 0 && offset <= (best.offset[rootEnd] ?? 0))) return;
    bestHeight[rootEnd] = height;
    best.sample[rootEnd] = stack;
    best.offset[rootEnd] = offset;
  };
  for (let i = 0; i < sampleCount; i++) {
    const end = stackStart[i + 1] as number;
    height = end - (stackStart[i] as number);
    if (height <= heightMin) continue;
    stack = i;
    rootEnds.findWithin(end, offsetMax, take);
  }
  return best;
}

/** Fills `chain` with the stacks that continue one another from a sample on; false if there are none, or too many. */
function followChain(donors: Donors, sample: number, chain: number[]): boolean {
  chain.length = 0;
  for (let stack = sample; donors.sample[stack] !== none; stack = donors.sample[stack] ?? none) {
    if (chain.push(stack) > chainLengthMax) return false;
  }
  return chain.length > 0;
}

/** Appends the frames by which a stack's donor continues it. */
function copyContinuation(
  samples: SampleColumns,
  donors: Donors,
  to: { readonly stack: number; readonly rewriter: StackRewriter },
): void {
  const donorEnd = samples.stackStart[(donors.sample[to.stack] ?? 0) + 1] ?? 0;
  to.rewriter.copy(samples.stackLocation, donorEnd - (donors.offset[to.stack] ?? 0), donorEnd);
}
