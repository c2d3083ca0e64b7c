import { PathIndex } from "@basalt/symdb";
import { HeapShare } from "./memory-budget.ts";
import { StackSums } from "./stack-sums.ts";

/** 16 MiB: sums for two million stacks. Larger memory is not kept for the next query. */
const idleSumsBytesMax = 16 * 2 ** 20;

/** What a thread keeps from query to query: make one for each thread that executes plans. */
export class QueryMemory {
  /** 32 random bits, so that nobody outside can choose symbols that meet in one slot of a hash table. */
  readonly hashSeed: number;
  /** What queries may have of the thread's heap. */
  readonly heap: HeapShare;
  private readonly pathsByName: PathIndex;
  private readonly pathsByFile: PathIndex;

  private idleSums: StackSums | undefined;

  /** Of the heap 0 = no bound. */
  constructor(hashSeed: number, heapBytesMax: number = 0) {
    this.hashSeed = hashSeed;
    this.heap = new HeapShare(heapBytesMax);
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
    if (sums.byteLength <= idleSumsBytesMax) this.idleSums = sums;
  }

  /** Called when a query has ended: forgets what is too large to keep until the next. */
  trim(): void {
    this.pathsByName.trim();
    this.pathsByFile.trim();
  }
}
