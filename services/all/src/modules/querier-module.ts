import { FilesystemBucket } from "@basalt/bucket";
import { Querier, QueryObserver, querierSettings, queryPool } from "@basalt/querier";
import type { IngesterQueryClient, QueryRunner } from "@basalt/query";
import type { Module, ModuleOf, Surroundings } from "@basalt/runtime";
import { defaultLimits, defineModule, equalLimits } from "@basalt/runtime";
import { BlockIndex, blockCacheLimitsDefault } from "@basalt/store";
import { foldersOf } from "../storage-settings.ts";

/** The querier over an ingester of this process and the bucket. */
export function querierModule<C extends IngesterQueryClient>(
  { config, clock, disk, logger, metrics }: Surroundings,
  ingester: ModuleOf<C>,
): Module<QueryRunner, { readonly ingester: ModuleOf<C> }> {
  const bucketFolder = foldersOf(config).bucket;
  return defineModule({
    name: "querier",
    needs: { ingester },
    create: (needed) => {
      const concurrentMax = config.get(querierSettings.concurrentMax);
      const pool = queryPool({
        clock,
        logger,
        sizeMax: concurrentMax,
        idleMs: config.get(querierSettings.workerIdleMs),
        worker: { bucketFolder, caches: blockCacheLimitsDefault },
      });
      const querier: Querier = new Querier({
        ingester: needed.ingester,
        blocks: new BlockIndex({ bucket: new FilesystemBucket(disk, bucketFolder), clock }),
        pool,
        clock,
        limits: equalLimits(defaultLimits(config)),
        concurrentMax,
        waitingPerTenantMax: config.get(querierSettings.waitingPerTenantMax),
        onQuery: (record) => observer.observe(record),
      });
      const observer = new QueryObserver({
        metrics,
        logger,
        slowQueryMs: config.get(querierSettings.slowQueryMs),
        inFlightCount: () => querier.inFlightCount,
      });
      return { value: querier, stop: () => pool.stop() };
    },
  });
}
