import type { CorpusProfile } from "./corpus.ts";

/** One series of the load: a pod's profiles of one kind. */
export interface LoadSeries {
  readonly service: string;
  readonly serviceIndex: number;
  readonly pod: string;
  readonly podIndex: number;
  readonly kind: string;
  /** By window 0, 1, 2. */
  readonly windows: readonly CorpusProfile[];
  /** Query string of `/ingest` up to the times. */
  readonly query: string;
  /** `sample_type_config` part, where the Go SDK sends one. */
  readonly sampleTypeConfig: string | undefined;
}

/** One push of one series at one instant. */
export interface ScheduledPush {
  readonly series: LoadSeries;
  readonly profile: CorpusProfile;
  readonly timeNanos: bigint;
  /** Distinct for each push: the seed of redrawn values. */
  readonly seed: number;
}

const serviceCount = 20;
const podCount = 5;
const windowCount = 3;

const configs: Readonly<Record<string, string>> = {
  memory: JSON.stringify({
    alloc_objects: { units: "objects" },
    alloc_space: { units: "bytes" },
    inuse_objects: { units: "objects", aggregation: "average" },
    inuse_space: { units: "bytes", aggregation: "average" },
  }),
  mutex: JSON.stringify({
    contentions: { "display-name": "mutex_count", units: "lock_samples" },
    delay: { "display-name": "mutex_duration", units: "lock_nanoseconds" },
  }),
  block: JSON.stringify({
    contentions: { "display-name": "block_count", units: "lock_samples" },
    delay: { "display-name": "block_duration", units: "lock_nanoseconds" },
  }),
  goroutine: JSON.stringify({
    goroutine: { "display-name": "goroutines", units: "goroutines", aggregation: "average" },
  }),
};

/** The 470 series of the load: 20 services of 5 pods over the families of the corpus. */
export function loadSeries(corpus: readonly CorpusProfile[]): readonly LoadSeries[] {
  const families = [...new Set(corpus.map(({ family }) => family))].sort();
  const series: LoadSeries[] = [];
  for (let serviceIndex = 0; serviceIndex < serviceCount; serviceIndex++) {
    const family = families[serviceIndex % families.length];
    const ofFamily = corpus.filter((profile) => profile.family === family);
    const kinds = [...new Set(ofFamily.map(({ kind }) => kind))].sort();
    for (let podIndex = 0; podIndex < podCount; podIndex++) {
      for (const kind of kinds) {
        const windows = ofFamily.filter((profile) => profile.kind === kind).sort((a, b) => a.window - b.window);
        series.push(seriesOf({ serviceIndex, podIndex, kind, windows }));
      }
    }
  }
  return series;
}

type SeriesSeed = Pick<LoadSeries, "serviceIndex" | "podIndex" | "kind" | "windows">;

function seriesOf(seed: SeriesSeed): LoadSeries {
  const service = `svc-${String(seed.serviceIndex).padStart(2, "0")}`;
  const pod = `${service}-${seed.podIndex}`;
  const name = `${service}{namespace=ns-${seed.serviceIndex % 10},pod=${pod}}`;
  const query = `name=${encodeURIComponent(name)}&spyName=gospy&sampleRate=100&units=samples&aggregationType=sum`;
  return { ...seed, service, pod, query, sampleTypeConfig: configs[seed.kind] };
}

/** Every push of a load, in order of time; the last tick ends at `endNanos`. */
export function* schedule(
  series: readonly LoadSeries[],
  load: { readonly ticks: number; readonly tickSeconds: number; readonly endNanos: bigint },
): Generator<ScheduledPush> {
  const tickNanos = BigInt(Math.round(load.tickSeconds * 1e9));
  const firstTick = load.endNanos - tickNanos * BigInt(load.ticks);
  let seed = 1;
  for (let tick = 0; tick < load.ticks; tick++) {
    const tickStart = firstTick + tickNanos * BigInt(tick);
    for (const one of series) {
      const window = (tick + 7 * one.serviceIndex + one.podIndex) % windowCount;
      const profile = one.windows[window % one.windows.length];
      if (profile === undefined) continue;
      // The pods are evenly out of phase.
      const timeNanos = tickStart + (tickNanos * BigInt(one.podIndex)) / BigInt(podCount);
      yield { series: one, profile, timeNanos, seed: seed++ };
    }
  }
}
