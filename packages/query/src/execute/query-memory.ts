import { PathIndex } from "@basalt/symdb";
import { StackSums } from "./stack-sums.ts";

/** What a thread keeps from query to query: make one for each thread that executes plans. */
export class QueryMemory {
  /** 32 random bits, so that nobody outside can choose symbols that meet in one slot of a hash table. */
  readonly hashSeed: number;
  private readonly pathsByName: PathIndex;
  private readonly pathsByFile: PathIndex;

  private idleSums: StackSums | undefined;

  constructor(hashSeed: number) {
    this.hashSeed = hashSeed;
    this.pathsByName = new PathIndex({ seed: hashSeed });
    this.pathsByFile = new PathIndex({ seed: hashSeed, tellFilesApart: true });
  }

  /** The paths of stacks in trees that tell functions of one name in two files apart, or that do not. */
  paths(tellFilesApart: boolean): PathIndex {
    return tellFilesApart ? this.pathsByFile : this.pathsByName;
  }

  /** Memory for sums by stack, cleared; the caller's own until it gives it back. */
  takeSums(): StackSums {
    const sums = this.idleSums ?? new StackSums();
    this.idleSums = undefined;
    return sums;
  }

  /** Keeps it for the next query; of several that ran at once only the last. */
  giveBack(sums: StackSums): void {
    this.idleSums = sums;
  }
}
