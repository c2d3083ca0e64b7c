import { assert } from "@basalt/model";
import type { HttpRoute } from "../http-route.ts";
import type { Endpoint, Service } from "../service.ts";
import { routeName } from "./route-name.ts";

/** Where a path leads. */
export type Target =
  | { readonly kind: "rpc"; readonly routeName: string; readonly endpoint: Endpoint }
  | { readonly kind: "http"; readonly routeName: string; readonly route: HttpRoute };

/** Finds the target of a path: exact ones first, then the longest prefix. */
export class Router {
  private readonly exact = new Map<string, Target>();
  private readonly prefixes: { readonly prefix: string; readonly target: Target }[] = [];

  constructor(services: readonly Service[], routes: readonly HttpRoute[]) {
    for (const { endpoints } of services) {
      for (const endpoint of endpoints.values()) {
        const path = `/${endpoint.procedure}`;
        this.add(path, { kind: "rpc", routeName: routeName(path), endpoint });
      }
    }
    for (const route of routes) this.add(route.path, { kind: "http", routeName: routeName(route.path), route });
    this.prefixes.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  find(path: string): Target | undefined {
    const exact = this.exact.get(path);
    if (exact !== undefined) return exact;
    for (const { prefix, target } of this.prefixes) if (path.startsWith(prefix)) return target;
    return undefined;
  }

  private add(path: string, target: Target): void {
    assert(path.startsWith("/"), `route ${path} does not start with a slash`);
    if (path.endsWith("*")) {
      this.prefixes.push({ prefix: path.slice(0, -1), target });
      return;
    }
    assert(!this.exact.has(path), `route ${path} is declared twice`);
    this.exact.set(path, target);
  }
}
