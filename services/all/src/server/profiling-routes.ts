import type { HttpRoute } from "@basalt/rpc";

/** `/debug/pprof/{profile,heap}` of this process. */
export function profilingRoutes(): readonly HttpRoute[] {
  return [];
}
