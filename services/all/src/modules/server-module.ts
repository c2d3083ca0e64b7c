import { fileURLToPath } from "node:url";
import type { Distributor } from "@basalt/distributor";
import type { Ingester } from "@basalt/ingester";
import type { QueryRunner } from "@basalt/query";
import { functionService, loadUiAssets, querierService, renderRoutes, uiRoutes } from "@basalt/query-frontend";
import type { HttpRoute, RpcServer, Service } from "@basalt/rpc";
import { accessLog, createServer, healthService, metricsObserver, tenantInterceptor, textResponse } from "@basalt/rpc";
import type { Module, ModuleOf, Surroundings } from "@basalt/runtime";
import { defaultLimits, defineModule, equalLimits } from "@basalt/runtime";
import type { IngestHandlers } from "../ingest/setup-ingest-worker.ts";
import { type AdminAccess, adminRoutes } from "../server/admin-rule.ts";
import { profilingRoutes } from "../server/profiling-routes.ts";
import { serverSettings } from "../server/server-settings.ts";
import { statusRoutes } from "../server/status-routes.ts";
import { tracingInterceptor } from "../server/tracing-interceptor.ts";
import type { WaitingRoom } from "./waiting-module.ts";

/** What the server answers with, and who kept the port until then. */
interface Answering {
  readonly waiting: WaitingRoom;
  readonly ingester: Ingester<IngestHandlers>;
  readonly distributor: Distributor;
  readonly querier: QueryRunner;
}

/** What can be asked of a process with everything in it. */
interface Surface {
  readonly services: readonly Service[];
  readonly routes: readonly HttpRoute[];
  readonly admin: readonly HttpRoute[];
}

/** The built app, beside this package wherever it is installed. */
const uiFolder = fileURLToPath(new URL("../../../../packages/ui/dist", import.meta.url));

/** Requests under way at a stop get so long to end, ms. */
const graceMs = 5000;

/** The port of the process, and the admin's if there is one. */
export function serverModule(
  surroundings: Surroundings,
  needs: { readonly [K in keyof Answering]: ModuleOf<Answering[K]> },
): Module<undefined, typeof needs> {
  const { config, disk, logger } = surroundings;
  return defineModule({
    name: "server",
    needs,
    create: (needed) => {
      const servers: RpcServer[] = [];
      const start = async (): Promise<void> => {
        const surface = surfaceOf(surroundings, needed, uiRoutes(await loadUiAssets(disk, uiFolder)));
        const mode = config.get(serverSettings.adminMode);
        const main = mainServer(surroundings, surface, mode === "exclusive" ? "nobody" : "loopback");
        servers.push(main);
        await needed.waiting.close();
        const port = await main.listen({
          host: config.get(serverSettings.listenAddress),
          port: config.get(serverSettings.listenPort),
        });
        logger.info("listening", { address: config.get(serverSettings.listenAddress), port: port.port });
        if (mode === "disabled") return;
        const admin = adminServer(surroundings, surface);
        servers.push(admin);
        await admin.listen({
          host: config.get(serverSettings.adminAddress),
          port: config.get(serverSettings.adminPort),
        });
      };
      return {
        value: undefined,
        start,
        stop: async () => void (await Promise.all(servers.map((one) => one.stop(graceMs)))),
      };
    },
  });
}

function surfaceOf(surroundings: Surroundings, answering: Answering, ui: readonly HttpRoute[]): Surface {
  const { config, clock, readiness } = surroundings;
  const isReady = async (): Promise<boolean> => (await readiness()).isReady;
  const { ingester, distributor, querier } = answering;
  const frontend = { runner: querier, clock, limits: equalLimits(defaultLimits(config)) };
  const services: readonly Service[] = [...distributor.services(), querierService(frontend), functionService(frontend)];
  const status = statusRoutes(surroundings);
  return {
    services: [...services, healthService({ isReady, services })],
    routes: [...distributor.routes(), ...renderRoutes(frontend), ...status, ...ui],
    admin: [flushRoute(ingester), ...profilingRoutes(clock)],
  };
}

function flushRoute(ingester: Ingester<IngestHandlers>): HttpRoute {
  return {
    path: "/flush",
    methods: ["POST"],
    tenancy: "none",
    handle: async () => {
      await ingester.flush();
      return textResponse("flushed\n");
    },
  };
}

function mainServer(
  { config, clock, logger, metrics, tracer }: Surroundings,
  surface: Surface,
  access: AdminAccess,
): RpcServer {
  return createServer({
    clock,
    services: surface.services,
    routes: [...surface.routes, ...adminRoutes(surface.admin, access, config.get(serverSettings.listenAddress))],
    interceptors: [
      ...tracingInterceptor(tracer),
      tenantInterceptor({
        multitenancy: config.get(serverSettings.multitenancy),
        tenantsMax: config.get(serverSettings.tenantsPerQueryMax),
      }),
    ],
    observers: [metricsObserver(metrics), accessLog(logger)],
    pathPrefix: config.get(serverSettings.pathPrefix),
    limits: {
      connectionsMax: config.get(serverSettings.connectionsMax),
      bodyMs: config.get(serverSettings.readTimeoutMs),
      requestBytesInFlightMax: config.get(serverSettings.inFlightBytesMax),
    },
  });
}

function adminServer({ clock, logger }: Surroundings, surface: Surface): RpcServer {
  return createServer({ clock, routes: [...surface.routes, ...surface.admin], observers: [accessLog(logger)] });
}
