import { Session } from "node:inspector/promises";
import { assert } from "@basalt/model";
import type { V8CpuProfile, V8HeapProfile } from "./v8-profile.ts";
import { cpuPeriodMs, heapPeriodBytes } from "./v8-profile.ts";

/** Profiles the thread that makes it, through V8's inspector; no port is opened. CPU profiles may overlap. */
export class ThreadProfiler {
  private readonly cpuSessions = new Map<number, Session>();
  private heapSession: Session | undefined;

  /** Starts to take CPU samples under a number; it costs 10 to 20 ms. */
  async startCpu(id: number): Promise<void> {
    const session = new Session();
    session.connect();
    this.cpuSessions.set(id, session);
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: cpuPeriodMs * 1000 });
    await session.post("Profiler.start");
  }

  /** Ends what {@link startCpu} began. */
  async stopCpu(id: number): Promise<V8CpuProfile> {
    const session = this.cpuSessions.get(id);
    assert(session !== undefined, `no CPU profile ${id} is being taken in this thread`);
    this.cpuSessions.delete(id);
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    return profile;
  }

  /** Starts to sample allocations, once; it goes on until the thread ends. */
  async startHeap(): Promise<void> {
    if (this.heapSession !== undefined) return;
    this.heapSession = new Session();
    this.heapSession.connect();
    await this.heapSession.post("HeapProfiler.startSampling", { samplingInterval: heapPeriodBytes });
  }

  /** What is alive of the allocations sampled since {@link startHeap}. */
  async heap(): Promise<V8HeapProfile> {
    assert(this.heapSession !== undefined, "the heap of this thread is not sampled");
    const { profile } = await this.heapSession.post("HeapProfiler.getSamplingProfile");
    // Node's types lack the ids and `samples`, which V8 has given since 2019.
    return profile as unknown as V8HeapProfile;
  }
}

let profiler: ThreadProfiler | undefined;

/** The profiler of this thread, made on first use. */
export function threadProfiler(): ThreadProfiler {
  profiler ??= new ThreadProfiler();
  return profiler;
}
