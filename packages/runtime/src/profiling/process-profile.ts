import type { ProfileColumns } from "@basalt/model";
import { nanosPerMilli } from "@basalt/model";
import type { Clock } from "../clock.ts";
import { liveWorkers, runtimeHandlers } from "../worker/live-workers.ts";
import { ProfileBuilder } from "./profile-builder.ts";
import type { V8CpuProfile, V8HeapNode, V8HeapProfile } from "./v8-profile.ts";
import { cpuPeriodMs, heapPeriodBytes } from "./v8-profile.ts";

/** V8's names for samples in which the thread did nothing, and for the root that every stack has. */
const idleFunction = "(idle)";
const rootFunction = "(root)";

/** Profiles of one process may overlap: each has a number. */
let nextProfileId = 1;

interface OfThread<P> {
  readonly thread: string;
  readonly profile: P;
}

/** A CPU profile that is being taken. */
export interface RunningCpuProfile {
  /**
   * Ends it.
   *
   * @returns stacks with `samples` (count) and `cpu` (nanoseconds), each sample labelled with its thread.
   */
  finish(): Promise<ProfileColumns>;
}

/** Starts a CPU profile of all threads of this process; threads that start or end meanwhile are left out. */
export async function startProcessCpuProfile(clock: Clock): Promise<RunningCpuProfile> {
  const startNanos = clock.nowNanos();
  const startedMs = clock.monotonicMs();
  const workers = [...liveWorkers()];
  const id = nextProfileId++;
  const asked = workers.map((worker) => worker.callRuntime("startCpuProfile", id).catch(ignore));
  await Promise.all([runtimeHandlers.startCpuProfile(id), ...asked]);
  const finish = async (): Promise<ProfileColumns> => {
    const ofWorkers = workers.map(async (worker) =>
      ofThread(worker.name, await worker.callRuntime("stopCpuProfile", id)),
    );
    const profiles = [ofThread("main", await runtimeHandlers.stopCpuProfile(id)), ...(await fulfilled(ofWorkers))];
    const builder = new ProfileBuilder();
    for (const { thread, profile } of profiles) addCpuSamples(builder, thread, profile);
    return builder.build({
      kinds: [
        { name: "samples", unit: "count" },
        { name: "cpu", unit: "nanoseconds" },
      ],
      periodKind: { name: "cpu", unit: "nanoseconds" },
      period: BigInt(cpuPeriodMs) * nanosPerMilli,
      timeNanos: startNanos,
      durationMs: clock.monotonicMs() - startedMs,
    });
  };
  return { finish };
}

/** Takes a CPU profile for so long; the signal cuts the time short. See {@link RunningCpuProfile.finish}. */
export async function processCpuProfile(
  clock: Clock,
  durationMs: number,
  signal?: AbortSignal,
): Promise<ProfileColumns> {
  const running = await startProcessCpuProfile(clock);
  await clock.sleep(durationMs, signal).catch(ignore);
  return running.finish();
}

/**
 * What is alive on the heaps of all threads, by the stack that allocated it. Sampling starts with the first call, so that
 * one waits so long before it answers; what was allocated before it is not seen.
 *
 * @returns stacks with `inuse_objects` (count) and `inuse_space` (bytes), scaled up from the samples.
 */
export async function processHeapProfile(clock: Clock, waitMs: number, signal?: AbortSignal): Promise<ProfileColumns> {
  const workers = [...liveWorkers()];
  await Promise.all([
    runtimeHandlers.startHeapProfile(),
    ...workers.map((worker) => worker.callRuntime("startHeapProfile").catch(ignore)),
  ]);
  await clock.sleep(waitMs, signal).catch(ignore);
  const ofWorkers = workers.map(async (worker) => ofThread(worker.name, await worker.callRuntime("heapProfile")));
  const profiles = [ofThread("main", await runtimeHandlers.heapProfile()), ...(await fulfilled(ofWorkers))];
  const builder = new ProfileBuilder();
  for (const { thread, profile } of profiles) addHeapSamples(builder, thread, profile);
  return builder.build({
    kinds: [
      { name: "inuse_objects", unit: "count" },
      { name: "inuse_space", unit: "bytes" },
    ],
    periodKind: { name: "space", unit: "bytes" },
    period: BigInt(heapPeriodBytes),
    timeNanos: clock.nowNanos(),
    durationMs: 0,
  });
}

/** Adds a thread's samples: each stack once, with the time of its samples. */
export function addCpuSamples(builder: ProfileBuilder, thread: string, profile: V8CpuProfile): void {
  const stacks = new Map<number, number[]>();
  const idle = new Set<number>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const walk = (id: number, callers: readonly number[]): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName } = node.callFrame;
    if (functionName === idleFunction) idle.add(id);
    const stack = functionName === rootFunction ? [] : [builder.locationOf(node.callFrame), ...callers];
    stacks.set(id, stack);
    for (const child of node.children ?? []) walk(child, stack);
  };
  for (const { id, callFrame } of profile.nodes) if (callFrame.functionName === rootFunction) walk(id, []);
  const totals = new Map<number, [number, number]>();
  for (const [i, id] of (profile.samples ?? []).entries()) {
    if (idle.has(id)) continue;
    const total = totals.get(id) ?? [0, 0];
    total[0] += 1;
    total[1] += (profile.timeDeltas?.[i] ?? 0) * 1000;
    totals.set(id, total);
  }
  for (const [id, total] of totals) builder.add(thread, stacks.get(id) ?? [], total);
}

/** Adds what is alive on a thread's heap: each stack once. V8 has scaled the sizes up. */
export function addHeapSamples(builder: ProfileBuilder, thread: string, profile: V8HeapProfile): void {
  const bytes = new Map<number, [number, number]>();
  for (const { nodeId, size } of profile.samples) {
    const total = bytes.get(nodeId) ?? [0, 0];
    total[0] += 1;
    total[1] += size;
    bytes.set(nodeId, total);
  }
  const walk = (node: V8HeapNode, callers: readonly number[]): void => {
    const isRoot = node.callFrame.functionName === rootFunction;
    const stack = isRoot ? [] : [builder.locationOf(node.callFrame), ...callers];
    const total = bytes.get(node.id);
    if (total !== undefined) builder.add(thread, stack, total);
    for (const child of node.children) walk(child, stack);
  };
  walk(profile.head, []);
}

function ofThread<P>(thread: string, profile: P): OfThread<P> {
  return { thread, profile };
}

async function fulfilled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

function ignore(): void {
  // A thread that ended is left out; a sleep cut short is what the caller asked for.
}
