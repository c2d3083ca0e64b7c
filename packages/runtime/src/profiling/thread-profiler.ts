import { Session } from "node:inspector/promises";
import { assert } from "@basalt/model";
import type { V8CpuProfile, V8HeapProfile } from "./v8-profile.ts";
import { cpuPeriodMs, heapPeriodBytes } from "./v8-profile.ts";

/** Profiles the thread that makes it, through V8's inspector; no port is opened. */
export class ThreadProfiler {
  private readonly finished = new Map<string, (profile: V8CpuProfile) => void>();
  private cpuSession: Promise<Session> | undefined;
  private heapSession: Session | undefined;

  /**
   * Starts to take CPU samples under a number; profiles may overlap. The first takes 10 to 30 ms, in which V8 lists the code
   * that there is; one that starts while another runs takes 0.2 ms. That is why this goes by `console.profile`, whose
   * profiles share one profiler, and not by the protocol's `Profiler.start`, which has one at a time.
   */
  async startCpu(id: number): Promise<void> {
    this.cpuSession ??= this.openCpuSession();
    await this.cpuSession;
    // biome-ignore lint/suspicious/noConsole: nothing is printed, the inspector listens.
    console.profile(titleOf(id));
  }

  /** Ends what {@link startCpu} began. */
  async stopCpu(id: number): Promise<V8CpuProfile> {
    await this.cpuSession;
    const ended = Promise.withResolvers<V8CpuProfile>();
    this.finished.set(titleOf(id), ended.resolve);
    // biome-ignore lint/suspicious/noConsole: nothing is printed, the inspector answers with an event.
    console.profileEnd(titleOf(id));
    // The event comes within the call: where there is none, there was no such profile.
    const isMissing = this.finished.delete(titleOf(id));
    assert(!isMissing, `no CPU profile ${id} is being taken in this thread`);
    return ended.promise;
  }

  private async openCpuSession(): Promise<Session> {
    const session = new Session();
    session.connect();
    session.on("Profiler.consoleProfileFinished", ({ params }) => this.finish(params.title ?? "", params.profile));
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: cpuPeriodMs * 1000 });
    return session;
  }

  private finish(title: string, profile: V8CpuProfile): void {
    this.finished.get(title)?.(profile);
    this.finished.delete(title);
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

function titleOf(id: number): string {
  return `basalt-${id}`;
}

let profiler: ThreadProfiler | undefined;

/** The profiler of this thread, made on first use. */
export function threadProfiler(): ThreadProfiler {
  profiler ??= new ThreadProfiler();
  return profiler;
}
