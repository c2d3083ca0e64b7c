import { BasaltError } from "@basalt/model";
import { createServer, errorResponse, type HttpRoute, type RpcServer } from "@basalt/rpc";
import type { Module, Surroundings } from "@basalt/runtime";
import { defineModule } from "@basalt/runtime";
import { serverSettings } from "../server/server-settings.ts";
import { statusRoutes } from "../server/status-routes.ts";

/** Who answers on the port while the process starts. */
export interface WaitingRoom {
  /** Gives the port free. Idempotent. */
  close(): Promise<void>;
}

/**
 * Answers from the first moment: `/ready` and `/metrics` say how far the start is, such as the replay of a long log, and
 * everything else gets 503 `not_ready` with `Retry-After`, which SDKs and Alloy take as "try again".
 */
export function waitingModule(surroundings: Surroundings): Module<WaitingRoom> {
  const { config, clock } = surroundings;
  const port = config.get(serverSettings.listenPort);
  return defineModule({
    name: "waiting-room",
    needs: {},
    create: () => {
      let server: RpcServer | undefined = createServer({
        clock,
        routes: [...statusRoutes(surroundings), refusal],
        pathPrefix: config.get(serverSettings.pathPrefix),
      });
      const close = async (): Promise<void> => {
        const open = server;
        server = undefined;
        await open?.stop(0);
      };
      // A port that is chosen when it is opened cannot be handed over.
      const start = async (): Promise<void> => {
        if (port === 0) server = undefined;
        else await server?.listen({ host: config.get(serverSettings.listenAddress), port });
      };
      return { value: { close }, start, stop: close };
    },
  });
}

const refusal: HttpRoute = {
  path: "/*",
  methods: ["GET", "POST", "PUT", "DELETE"],
  tenancy: "none",
  handle: async () =>
    errorResponse(new BasaltError("not_ready", "the process is starting: see /ready", { retryAfterSeconds: 1 })),
};
