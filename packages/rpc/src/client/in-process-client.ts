import { BasaltError } from "@basalt/model";
import { abortError, type Clock } from "@basalt/runtime";
import { CallContext, deadlineError } from "../call-context.ts";
import { decodeMessage, encodeMessage } from "../codec.ts";
import { RpcError } from "../error.ts";
import { type Interceptor, intercept } from "../interceptor.ts";
import type { ServiceDefinition } from "../message-type.ts";
import { routeName } from "../server/route-name.ts";
import { type Endpoint, PreEncoded, type Service } from "../service.ts";
import { timerMsMax } from "../timer.ts";
import type { CallOptions, ServiceClient } from "./service-client.ts";

/** Something that goes wrong on the way, in a simulation. */
export interface Fault {
  /** Time before the request arrives, ms. */
  readonly delayMs?: number;
  /** The request does not arrive; the caller sees this. */
  readonly error?: BasaltError | RpcError;
  /** The request arrives and is served, but its caller sees this instead of the answer. */
  readonly answerError?: BasaltError | RpcError;
}

/** How calls in the same process are made. */
export interface InProcessOptions {
  readonly clock: Clock;
  /** As a server would have them. */
  readonly interceptors?: readonly Interceptor[];
  /** Asked before each call; for simulations. */
  readonly faults?: (call: { readonly procedure: string; readonly options: CallOptions }) => Fault | undefined;
}

/**
 * A client whose calls go straight to the handlers: messages are passed as objects, not encoded, and belong to the
 * callee; tenant, deadline, signal, notices and errors behave as over the network.
 */
export function inProcessClient<Definition extends ServiceDefinition>(
  target: Service<Definition>,
  options: InProcessOptions,
): ServiceClient<Definition> {
  const methods: Record<string, (request: unknown, callOptions?: CallOptions) => Promise<unknown>> = {};
  for (const [key, method] of Object.entries(target.definition.methods)) {
    const endpoint = target.endpoints.get(key);
    const procedure = `${target.definition.fullName}/${method.name}`;
    methods[key] = async (request, callOptions = {}) => {
      if (endpoint === undefined) throw new BasaltError("method_not_implemented", `no method /${procedure}`);
      return new InProcessCall(endpoint, callOptions, options).run(request);
    };
  }
  return methods as ServiceClient<Definition>;
}

/** One call. */
class InProcessCall {
  private readonly endpoint: Endpoint;
  private readonly callOptions: CallOptions;
  private readonly options: InProcessOptions;
  private readonly context: CallContext;

  constructor(endpoint: Endpoint, callOptions: CallOptions, options: InProcessOptions) {
    this.endpoint = endpoint;
    this.callOptions = callOptions;
    this.options = options;
    const { timeoutMs, tenants, headers } = callOptions;
    this.context = new CallContext({
      procedure: endpoint.procedure,
      route: routeName(endpoint.procedure),
      protocol: "in-process",
      codec: "raw" in endpoint.handle ? "proto" : "structured",
      method: "POST",
      requestHeaders: headers ?? {},
      rawQuery: "",
      capabilities: { utf8LabelNames: true },
      acceptsGzip: false,
      peer: "",
      timeoutMs,
      deadlineMs: timeoutMs === undefined ? undefined : options.clock.monotonicMs() + timeoutMs,
    });
    this.context.tenants = tenants ?? [];
  }

  async run(request: unknown): Promise<unknown> {
    const { signal, timeoutMs, onNotice } = this.callOptions;
    const { context } = this;
    const onAbort = (): void => {
      if (signal !== undefined) context.abort(abortError(signal));
    };
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : this.options.clock.after(Math.min(timeoutMs, timerMsMax), () => context.abort(deadlineError(timeoutMs)));
    try {
      return await new Promise((resolve, reject) => {
        context.onAbort(reject);
        if (!context.isAborted) this.deliver(request).then(resolve, reject);
      });
    } catch (thrown) {
      throw thrown instanceof RpcError ? thrown : BasaltError.from(thrown);
    } finally {
      cancelTimer?.();
      signal?.removeEventListener("abort", onAbort);
      if (context.warnings.length > 0 || context.isPartial) onNotice?.(context);
    }
  }

  private async deliver(request: unknown): Promise<unknown> {
    const { endpoint, context, callOptions } = this;
    const { clock, interceptors = [], faults } = this.options;
    const fault = faults?.({ procedure: endpoint.procedure, options: callOptions });
    if (fault?.delayMs !== undefined) await clock.sleep(fault.delayMs, context.signal);
    if (fault?.error !== undefined) throw fault.error;
    const answer = await intercept(interceptors, { context, route: endpoint.options }, () => this.handle(request));
    if (fault?.answerError !== undefined) throw fault.answerError;
    return answer;
  }

  private async handle(request: unknown): Promise<unknown> {
    const { definition, handle, json } = this.endpoint;
    const answer = await ("raw" in handle
      ? handle.raw(encodeMessage(definition.requestType, "proto", request), this.context)
      : handle(request, this.context));
    if (!(answer instanceof PreEncoded)) return answer;
    return decodeMessage(definition.responseType, answer.codec, answer.bytes, json);
  }
}
