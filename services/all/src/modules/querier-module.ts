import { createQuerier } from "@basalt/querier";
import type { IngesterQueryClient, QueryRunner } from "@basalt/query";
import type { Module, ModuleOf, Needs, Surroundings } from "@basalt/runtime";
import { defaultLimits, defineModule, equalLimits } from "@basalt/runtime";
import { BlockIndex } from "@basalt/store";
import type { OpenedBucket } from "./bucket-module.ts";

/** What a querier works with. */
export interface QuerierNeeds<C> extends Needs {
  readonly ingester: ModuleOf<C>;
  readonly bucket: ModuleOf<OpenedBucket>;
}

/** The querier over an ingester of this process and the bucket. */
export function querierModule<C extends IngesterQueryClient>(
  { config, clock, logger, metrics }: Surroundings,
  needs: QuerierNeeds<C>,
): Module<QueryRunner, QuerierNeeds<C>> {
  return defineModule({
    name: "querier",
    needs,
    create: (needed) => {
      const { runner, stop } = createQuerier({
        config,
        clock,
        logger,
        metrics,
        limits: equalLimits(defaultLimits(config)),
        ingester: needed.ingester,
        blocks: new BlockIndex({ bucket: needed.bucket.bucket, clock }),
        storage: needed.bucket.settings,
      });
      return { value: runner, stop };
    },
  });
}
