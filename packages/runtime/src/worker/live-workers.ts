import type { CacheCounts } from "../caches/byte-cache.ts";
import { cacheCounts } from "../caches/reported-caches.ts";
import { type ThreadCount, threadCounts } from "../metrics/thread-counters.ts";
import type { ThreadProfiler } from "../profiling/thread-profiler.ts";
import type { V8CpuProfile, V8HeapProfile } from "../profiling/v8-profile.ts";

/** What every worker answers besides its own methods; the names cannot collide with them. */
export interface RuntimeMethods {
  startCpuProfile(id: number): Promise<void>;
  stopCpuProfile(id: number): Promise<V8CpuProfile>;
  startHeapProfile(): Promise<void>;
  heapProfile(): Promise<V8HeapProfile>;
  cacheCounts(): Promise<readonly CacheCounts[]>;
  threadCounts(): Promise<readonly ThreadCount[]>;
}

/** A thread of this process, as its runtime is asked. */
export interface LiveWorker {
  readonly name: string;
  callRuntime<M extends keyof RuntimeMethods>(
    method: M,
    ...request: Parameters<RuntimeMethods[M]>
  ): ReturnType<RuntimeMethods[M]>;
}

/** The threads that run now. What a process is made of is the one thing that is truly global to it. */
const live = new Set<LiveWorker>();

/** The worker threads of this process, in the order of their start. */
export function liveWorkers(): ReadonlySet<LiveWorker> {
  return live;
}

export function addLiveWorker(worker: LiveWorker): void {
  live.add(worker);
}

export function removeLiveWorker(worker: LiveWorker): void {
  live.delete(worker);
}

/** The runtime's own handlers in a worker; the profiler loads when it is first asked for. */
export const runtimeHandlers: RuntimeMethods = {
  startCpuProfile: async (id) => (await profiler()).startCpu(id),
  stopCpuProfile: async (id) => (await profiler()).stopCpu(id),
  startHeapProfile: async () => (await profiler()).startHeap(),
  heapProfile: async () => (await profiler()).heap(),
  cacheCounts: async () => cacheCounts(),
  threadCounts: async () => threadCounts(),
};

async function profiler(): Promise<ThreadProfiler> {
  const { threadProfiler } = await import("../profiling/thread-profiler.ts");
  return threadProfiler();
}
