import { BasaltError } from "@basalt/model";
import type { HeaderFields, HttpRoute } from "@basalt/rpc";
import { headerValue } from "@basalt/rpc";

/** Who may call admin routes on a listener. */
export type AdminAccess = "everyone" | "loopback" | "nobody";

/**
 * Guards admin routes by one rule: open to callers on the same machine, otherwise only on the admin listener. A request
 * that came through a proxy, or that a browser sends for another site, is not of the same machine; nor is one to a name
 * that is not the machine's own, as a site has that points its name here to be let in.
 *
 * @param listenAddress a name of this machine besides those of loopback; may be empty.
 */
export function adminRoutes(
  routes: readonly HttpRoute[],
  access: AdminAccess,
  listenAddress: string,
): readonly HttpRoute[] {
  if (access === "everyone") return routes;
  return routes.map((route) => ({
    ...route,
    handle: (request, context) => {
      const { peer, requestHeaders } = context.facts;
      const isForwarded = forwardedHeaders.some((name) => requestHeaders[name] !== undefined);
      const isOfMachine = isLoopback(peer) && isOwnHost(requestHeaders, listenAddress) && !isForwarded;
      if (access === "nobody" || !isOfMachine || isCrossSite(requestHeaders)) {
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
  return address === "::1" || /^127(\.\d+){3}$/.test(address);
}

/** A client that is no browser may leave the host out. */
function isOwnHost(headers: HeaderFields, listenAddress: string): boolean {
  const host = hostOf(headers);
  if (host === undefined) return true;
  if (!URL.canParse(`http://${host}`)) return false;
  const name = new URL(`http://${host}`).hostname;
  const isLocalName = name === "localhost" || name.endsWith(".localhost");
  return isLocalName || isLoopback(name.replace(/^\[|\]$/g, "")) || (name !== "" && name === listenAddress);
}

/** Browsers of old send no `Sec-Fetch-Site`, but an `Origin` with every POST. */
function isCrossSite(headers: HeaderFields): boolean {
  const site = headerValue(headers, "sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const origin = headerValue(headers, "origin");
  return origin !== undefined && origin.replace(/^https?:\/\//, "") !== hostOf(headers);
}

function hostOf(headers: HeaderFields): string | undefined {
  return headerValue(headers, ":authority") ?? headerValue(headers, "host");
}
