import type { CallContext } from "./call-context.ts";
import type { Tenancy } from "./service.ts";

/** What an interceptor knows of the route beside the call. */
export interface RouteInfo {
  readonly tenancy: Tenancy;
}

/**
 * Runs around a call, before its body is read. Throws to refuse it; returns what `next` returns.
 * The same interceptors run around calls from the network and calls in the same process.
 */
export type Interceptor = <T>(context: CallContext, route: RouteInfo, next: () => Promise<T>) => Promise<T>;

/** Runs interceptors in order, the first outermost. */
export function intercept<T>(
  interceptors: readonly Interceptor[],
  call: { readonly context: CallContext; readonly route: RouteInfo },
  handle: () => Promise<T>,
): Promise<T> {
  const runFrom = (index: number): Promise<T> => {
    const interceptor = interceptors[index];
    return interceptor === undefined ? handle() : interceptor(call.context, call.route, () => runFrom(index + 1));
  };
  return runFrom(0);
}
