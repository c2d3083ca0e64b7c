import { FilesystemBucket } from "@basalt/bucket";
import { createQuerier } from "@basalt/querier";
import type { IngesterQueryClient, QueryRunner } from "@basalt/query";
import type { Module, ModuleOf, Surroundings } from "@basalt/runtime";
import { defaultLimits, defineModule, equalLimits } from "@basalt/runtime";
import { BlockIndex } from "@basalt/store";
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
      const { runner, stop } = createQuerier({
        config,
        clock,
        logger,
        metrics,
        limits: equalLimits(defaultLimits(config)),
        ingester: needed.ingester,
        blocks: new BlockIndex({ bucket: new FilesystemBucket(disk, bucketFolder), clock }),
        bucketFolder,
      });
      return { value: runner, stop };
    },
  });
}
