import { bucketSettingList } from "@basalt/bucket/settings";
import { ingesterSettings } from "@basalt/ingester";
import { querierSettings } from "@basalt/querier";
import type { AnyModule, AnySetting, BuildInfo, Program, Surroundings } from "@basalt/runtime";
import { ConfigSchema, defineTarget, runtimeSettings } from "@basalt/runtime";
import { FusedSink } from "./ingest/fused-sink.ts";
import { bucketModule } from "./modules/bucket-module.ts";
import { distributorModule } from "./modules/distributor-module.ts";
import { ingesterModule } from "./modules/ingester-module.ts";
import { querierModule } from "./modules/querier-module.ts";
import { selfProfilingModule } from "./modules/self-profiling-module.ts";
import { serverModule } from "./modules/server-module.ts";
import { waitingModule } from "./modules/waiting-module.ts";
import { serverSettings } from "./server/server-settings.ts";

/** Every setting of the server. */
export const settings: readonly AnySetting[] = [
  ...runtimeSettings,
  ...Object.values<AnySetting>(serverSettings),
  ...bucketSettingList,
  ...Object.values<AnySetting>(ingesterSettings),
  ...Object.values<AnySetting>(querierSettings),
];

/** Put in by `tools/bundle-server.ts`; not there where the modules run one by one. */
declare const basaltBuild: Pick<BuildInfo, "revision" | "branch">;

const unknownBuild = { revision: "unknown", branch: "unknown" };

/** The server: every module that a process of Basalt may be made of. */
export const program: Program = {
  schema: new ConfigSchema(settings),
  build: { version: "0.1.0", ...(typeof basaltBuild === "undefined" ? unknownBuild : basaltBuild) },
  targets,
};

function targets(surroundings: Surroundings): readonly AnyModule[] {
  const bucket = bucketModule(surroundings);
  const ingester = ingesterModule(surroundings, bucket);
  const distributor = distributorModule(
    surroundings,
    { ingester },
    ({ ingester: started }) => new FusedSink(started.shards, started.counters),
  );
  const querier = querierModule(surroundings, { ingester, bucket });
  const server = serverModule(surroundings, { waiting: waitingModule(surroundings), ingester, distributor, querier });
  return [defineTarget("all", { server, selfProfiling: selfProfilingModule(surroundings, { distributor }) })];
}
