import { Distributor, DistributorMetrics, IngestionLimiter, type RawPushSink } from "@basalt/distributor";
import type { Module, Needs, Surroundings } from "@basalt/runtime";
import { defaultLimits, defineModule } from "@basalt/runtime";

const mebibyte = 1 << 20;

/** The largest body that anyone may send: a limit of 0 means none, and memory has one. */
const bodyBytesCap = 1 << 30;

/** The distributor before some sink, which another module gives. */
export function distributorModule<N extends Needs>(
  { config, clock, metrics }: Surroundings,
  needs: N,
  sinkOf: (needed: Parameters<Module<Distributor, N>["create"]>[0]) => RawPushSink,
): Module<Distributor, N> {
  const limits = defaultLimits(config);
  const rate = {
    bytesPerSecond: limits.ingestionRateMb * mebibyte,
    burstBytes: limits.ingestionBurstSizeMb * mebibyte,
  };
  const bodyBytesMax = limits.ingestionBodyLimitMb * mebibyte;
  return defineModule({
    name: "distributor",
    needs,
    create: (needed) => ({
      value: new Distributor({
        clock,
        sink: sinkOf(needed),
        limiter: new IngestionLimiter(clock, () => rate),
        observer: new DistributorMetrics(metrics),
        bodyBytesMax: bodyBytesMax === 0 ? bodyBytesCap : Math.min(bodyBytesMax, bodyBytesCap),
      }),
    }),
  });
}
