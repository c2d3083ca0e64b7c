import type { TenantId } from "@basalt/model";
import type { CallContext, Warning } from "../call-context.ts";
import type { RequestOf, ResponseOf, ServiceDefinition } from "../message-type.ts";

/** What a caller may say of a call. */
export interface CallOptions {
  /** On whose behalf; empty for methods that no tenant owns. */
  readonly tenants?: readonly TenantId[];
  /** Ends the call early. */
  readonly signal?: AbortSignal;
  /** How long to wait, ms; forever if absent. */
  readonly timeoutMs?: number;
  /** Further request headers; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once before the call settles, if the callee had something to say about its answer. */
  readonly onNotice?: (notice: Notice) => void;
}

/** What a callee says about its answer. */
export interface Notice {
  readonly warnings: readonly Warning[];
  readonly isPartial: boolean;
}

/**
 * Calls the methods of a service, wherever it runs. Rejects with a BasaltError of the callee's code, with
 * `deadline_exceeded` or `canceled`, or with an RpcError.
 */
export type ServiceClient<Definition extends ServiceDefinition> = {
  readonly [M in keyof Definition["methods"]]: (
    request: RequestOf<Definition["methods"][M]>,
    options?: CallOptions,
  ) => Promise<ResponseOf<Definition["methods"][M]>>;
};

/**
 * Options for a call that is part of another one: its tenants, signal and remaining time; warnings and partiality of
 * the answer go up to it.
 *
 * @param nowMs `Clock.monotonicMs`.
 */
export function callOptionsOf(context: CallContext, nowMs: number): CallOptions {
  const { deadlineMs } = context;
  return {
    tenants: context.tenants,
    signal: context.signal,
    ...(deadlineMs === undefined ? {} : { timeoutMs: Math.max(deadlineMs - nowMs, 0) }),
    onNotice: ({ warnings, isPartial }) => {
      for (const { code, text } of warnings) context.warn(code, text);
      if (isPartial) context.markPartial();
    },
  };
}
