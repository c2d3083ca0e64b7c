/**
 * 20 ms: fifty samples a second. V8 wakes a thread of its own for each, 50 us of CPU in all: 0.3 % of a core for each
 * thread that is profiled. At the 10 ms of Go's profiler, profiling oneself all the time would cost more than 1 %.
 */
export const cpuPeriodMs = 20;

/** One sample for so many bytes on average, as Go's heap profiler takes. */
export const heapPeriodBytes: number = 512 * 1024;

/** A CPU profile as V8's inspector gives it (Chrome DevTools Protocol, domain Profiler). */
export interface V8CpuProfile {
  readonly nodes: readonly V8CpuNode[];
  /** The node of each sample, by id. */
  readonly samples?: readonly number[] | undefined;
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas?: readonly number[] | undefined;
}

/** One place in the tree of calls. */
export interface V8CpuNode {
  readonly id: number;
  readonly callFrame: V8CallFrame;
  readonly children?: readonly number[] | undefined;
}

/** A function. */
export interface V8CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0; -1 if there is none. */
  readonly lineNumber: number;
}

/** A sampled heap as V8's inspector gives it (domain HeapProfiler): what is alive now, by the stack that made it. */
export interface V8HeapProfile {
  readonly head: V8HeapNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number }[];
}

/** One place in the tree of calls that allocated. */
export interface V8HeapNode {
  readonly id: number;
  readonly callFrame: V8CallFrame;
  readonly children: readonly V8HeapNode[];
}
