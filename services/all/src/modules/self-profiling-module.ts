import { hostname } from "node:os";
import type { Distributor } from "@basalt/distributor";
import type { ProfileColumns } from "@basalt/model";
import { anonymousTenant, parseTenantId } from "@basalt/model";
import { inProcessClient, pushV1, type Service } from "@basalt/rpc";
import type { Module, ModuleOf, Surroundings } from "@basalt/runtime";
import { defineModule, SelfProfiler, selfProfilingSettings } from "@basalt/runtime";
import { gzippedPprof } from "../self-profile.ts";

/** Pushes profiles of this process to itself, by the method that every client uses, as the service `basalt`. */
export function selfProfilingModule(
  surroundings: Surroundings,
  needs: { readonly distributor: ModuleOf<Distributor> },
): Module<undefined, typeof needs> {
  const { config, clock, logger } = surroundings;
  return defineModule({
    name: "self-profiling",
    needs,
    create: ({ distributor }) => {
      if (config.get(selfProfilingSettings.disablePush)) return { value: undefined };
      const push = pushTo(distributor, surroundings);
      const intervalMs = config.get(selfProfilingSettings.pushIntervalMs);
      const profiler = new SelfProfiler({ clock, logger, intervalMs, push });
      return { value: undefined, start: async () => profiler.start(), stop: () => profiler.stop() };
    },
  });
}

function pushTo(distributor: Distributor, { config, clock, build }: Surroundings) {
  const tenantId = config.get(selfProfilingSettings.tenantId);
  const tenants = [tenantId === "" ? anonymousTenant : parseTenantId(tenantId)];
  const client = inProcessClient(pusherOf(distributor), { clock });
  const labels = [
    { name: "__name__", value: "process_cpu" },
    { name: "service_name", value: "basalt" },
    { name: "hostname", value: hostname() },
    { name: "version", value: build.version },
  ];
  return async (profile: ProfileColumns): Promise<void> => {
    const samples = [{ rawProfile: await gzippedPprof(profile), ID: "" }];
    await client.push({ series: [{ labels, samples, annotations: [] }] }, { tenants });
  };
}

function pusherOf(distributor: Distributor): Service<typeof pushV1.PusherServiceDefinition> {
  const wanted = pushV1.PusherServiceDefinition.fullName;
  const found = distributor.services().find(({ definition }) => definition.fullName === wanted);
  if (found === undefined) throw new Error(`assertion failed: the distributor serves no ${wanted}`);
  return found as Service<typeof pushV1.PusherServiceDefinition>;
}
