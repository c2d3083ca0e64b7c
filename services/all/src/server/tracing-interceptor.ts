import type { Interceptor } from "@basalt/rpc";
import { headerValue } from "@basalt/rpc";
import type { Tracer } from "@basalt/runtime";
import { traced } from "@basalt/runtime";

/** A span for each call, part of the trace that the header `traceparent` names. Costs nothing while tracing is off. */
export function tracingInterceptor(tracer: Tracer): readonly Interceptor[] {
  if (!tracer.isOn) return [];
  return [
    (context, _route, next) => {
      const { route, procedure, protocol, requestHeaders } = context.facts;
      const parent = headerValue(requestHeaders, "traceparent");
      const attributes = { "rpc.method": procedure, "rpc.system": protocol };
      return traced(tracer, { name: route, kind: "server", parent, attributes }, async (span) => {
        const result = await next();
        // The tenants are known only once the interceptor within has found them.
        span.set({ tenant: context.tenants.join("|"), partial: context.isPartial });
        return result;
      });
    },
  ];
}
