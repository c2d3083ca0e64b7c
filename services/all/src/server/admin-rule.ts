import { BasaltError } from "@basalt/model";
import type { HttpRoute } from "@basalt/rpc";

/** Who may call admin routes on a listener. */
export type AdminAccess = "everyone" | "loopback" | "nobody";

/**
 * Guards admin routes by one rule: open to callers on the same machine, otherwise only on the admin listener. A request
 * that came through a proxy, or that a browser sends for another site, is not of the same machine.
 */
export function adminRoutes(routes: readonly HttpRoute[], access: AdminAccess): readonly HttpRoute[] {
  if (access === "everyone") return routes;
  return routes.map((route) => ({
    ...route,
    handle: (request, context) => {
      const { peer, requestHeaders } = context.facts;
      const isForwarded = forwardedHeaders.some((name) => requestHeaders[name] !== undefined);
      if (access === "nobody" || isForwarded || !isLoopback(peer) || isCrossSite(requestHeaders)) {
        throw new BasaltError(
          "admin_only",
          `${route.path} is open on loopback, otherwise only on the admin listener (-admin-server.mode, -admin-server.http-listen-address)`,
        );
      }
      return route.handle(request, context);
    },
  }));
}

const forwardedHeaders: readonly string[] = ["forwarded", "x-forwarded-for", "x-real-ip"];

function isLoopback(peer: string): boolean {
  const address = peer.startsWith("::ffff:") ? peer.slice("::ffff:".length) : peer;
  return address === "::1" || address.startsWith("127.");
}

function isCrossSite(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}
