import { BasaltError } from "@basalt/model";
import type { CallFacts } from "../call-context.ts";
import { CallContext, canceledError, deadlineError, noticeHeaders } from "../call-context.ts";
import { decodeMessage, encodeMessage } from "../codec.ts";
import { RpcError, type WireError, wireErrorFrom } from "../error.ts";
import { checkHeaders, headerValue, listsCoding } from "../headers.ts";
import type { HttpRequest, HttpResponse } from "../http-route.ts";
import { textResponse, wireErrorResponse } from "../http-route.ts";
import { type Interceptor, intercept, type RouteInfo } from "../interceptor.ts";
import { type Endpoint, PreEncoded } from "../service.ts";
import { timerMsMax } from "../timer.ts";
import { parseAccept } from "./accept-header.ts";
import { gzipAnswer } from "./compression.ts";
import type { Exchange, WireReply } from "./exchange.ts";
import type { Protocol } from "./protocol.ts";
import type { Target } from "./router.ts";
import { protocolByContentType, selectProtocol } from "./select-protocol.ts";
import type { ServerResources } from "./server-resources.ts";

/** A request with its path taken apart. */
export interface IncomingRequest {
  readonly exchange: Exchange;
  readonly path: string;
  readonly rawQuery: string;
}

/** What came of a request. */
export interface Outcome {
  readonly reply: WireReply;
  readonly statusCode: number;
  readonly context: CallContext | undefined;
  readonly error?: WireError;
  /** What the handler threw, if anything. */
  readonly thrown?: unknown;
}

const noBytes: Uint8Array = new Uint8Array(0);
const utf8 = new TextEncoder();
const compressibleType = /json|text|javascript|xml|svg|protobuf|wasm/;

/** Turns requests into outcomes: protocol, interceptors, body, handler, answer. Sends nothing and never throws. */
export class Dispatcher {
  private readonly interceptors: readonly Interceptor[];
  private readonly resources: ServerResources;

  constructor(interceptors: readonly Interceptor[], resources: ServerResources) {
    this.interceptors = interceptors;
    this.resources = resources;
  }

  dispatch(request: IncomingRequest, target: Target | undefined): Promise<Outcome> | Outcome {
    if (target === undefined) return this.notFound(request);
    return target.kind === "rpc" ? this.callMethod(request, target) : this.callRoute(request, target);
  }

  private async callMethod(request: IncomingRequest, target: Target & { kind: "rpc" }): Promise<Outcome> {
    const { exchange, rawQuery } = request;
    const { endpoint, routeName } = target;
    const protocol = selectProtocol(exchange, endpoint.definition, rawQuery);
    if ("refusal" in protocol) return plainOutcome(protocol.refusal, undefined);
    let context: CallContext | undefined;
    try {
      const timeoutMs = protocol.timeoutMs(exchange);
      context = this.contextOf(request, {
        procedure: endpoint.procedure,
        route: routeName,
        protocol: protocol.name,
        codec: protocol.codec,
        acceptsGzip: protocol.acceptsGzip(exchange),
        timeoutMs,
      });
      const live = context;
      const answer = await this.run(exchange, live, endpoint.options, async () => {
        const { requestBytesMax = this.limits.requestBytesMax, requestBytesSetting } = endpoint.options;
        const message = await naming(protocol.receive(exchange, requestBytesMax), requestBytesSetting);
        return callEndpoint(endpoint, protocol, message, live);
      });
      const compressed = await this.compress(answer, live.facts.acceptsGzip);
      return { reply: protocol.reply(live, compressed), statusCode: 200, context };
    } catch (thrown) {
      const error = wireErrorFrom(thrown);
      return { reply: protocol.errorReply(context, error), statusCode: error.httpStatus, context, error, thrown };
    }
  }

  private async callRoute(request: IncomingRequest, target: Target & { kind: "http" }): Promise<Outcome> {
    const { exchange } = request;
    const { route, routeName } = target;
    const allowed = route.methods as readonly string[];
    const method = exchange.method === "HEAD" ? "GET" : exchange.method;
    if (!allowed.includes(method)) {
      const refusal = textResponse("method not allowed\n", 405);
      return plainOutcome({ ...refusal, headers: { ...refusal.headers, allow: allowed.join(", ") } }, undefined);
    }
    let context: CallContext | undefined;
    try {
      context = this.contextOf(request, {
        procedure: route.path,
        route: routeName,
        protocol: "http",
        codec: "json",
        acceptsGzip: listsCoding(headerValue(exchange.headers, "accept-encoding"), "gzip"),
        timeoutMs: undefined,
      });
      const live = context;
      const response = await this.run(exchange, live, route, async () => {
        const bytesMax = route.bodyBytesMax ?? this.limits.requestBytesMax;
        const body = method === "GET" ? noBytes : await naming(exchange.readBody(bytesMax), route.bodyBytesSetting);
        return route.handle(httpRequest(request, body), live);
      });
      checkHeaders(response.headers ?? {});
      return plainOutcome(await this.compressResponse(response, live), live);
    } catch (thrown) {
      const error = wireErrorFrom(thrown);
      const response = wireErrorResponse(error);
      return { ...plainOutcome(response, context), error, thrown };
    }
  }

  private notFound({ exchange, path }: IncomingRequest): Outcome {
    const protocol = protocolByContentType(exchange);
    if (protocol === undefined || (protocol.name === "grpc" && exchange.httpVersion === 1)) {
      const error = wireErrorFrom(new BasaltError("route_not_found", `no route ${path.slice(0, 200)}`));
      return { ...plainOutcome(wireErrorResponse(error), undefined), error };
    }
    const thrown = new BasaltError("method_not_implemented", `no method ${path.slice(0, 200)}`);
    // Connect's clients, like browsers, expect the HTTP status of a missing page.
    const error = { ...wireErrorFrom(thrown), httpStatus: 404 };
    return { reply: protocol.errorReply(undefined, error), statusCode: 404, context: undefined, error };
  }

  private get limits(): ServerResources["limits"] {
    return this.resources.limits;
  }

  private contextOf(
    { exchange, rawQuery }: IncomingRequest,
    facts: Pick<CallFacts, "procedure" | "route" | "protocol" | "codec" | "acceptsGzip" | "timeoutMs">,
  ): CallContext {
    const { timeoutMs } = facts;
    return new CallContext({
      ...facts,
      method: exchange.method,
      requestHeaders: exchange.headers,
      peer: exchange.peer,
      rawQuery,
      capabilities: parseAccept(headerValue(exchange.headers, "accept")),
      deadlineMs: timeoutMs === undefined ? undefined : this.resources.clock.monotonicMs() + timeoutMs,
    });
  }

  /**
   * Runs a handler behind the interceptors; returns early when the client stops waiting. The request counts as in memory
   * until the handler has ended: whoever has its bytes does not let them go when the client does.
   */
  private run<T>(exchange: Exchange, context: CallContext, route: RouteInfo, handle: () => Promise<T>): Promise<T> {
    const { timeoutMs } = context.facts;
    return new Promise<T>((resolve, reject) => {
      context.onAbort(reject);
      exchange.onGone(() => context.abort(canceledError()));
      const work = this.intercepted(context, route, handle).finally(() => exchange.share.release());
      if (timeoutMs === undefined) {
        work.then(resolve, reject);
        return;
      }
      const onDeadline = (): void => context.abort(deadlineError(timeoutMs));
      const cancelTimer = this.resources.clock.after(Math.min(timeoutMs, timerMsMax), onDeadline);
      work.finally(cancelTimer).then(resolve, reject);
    });
  }

  private async intercepted<T>(context: CallContext, route: RouteInfo, handle: () => Promise<T>): Promise<T> {
    try {
      return await intercept(this.interceptors, { context, route }, handle);
    } finally {
      context.checkHeaders();
    }
  }

  private async compress(answer: PreEncoded, acceptsGzip: boolean): Promise<PreEncoded> {
    if (!acceptsGzip || answer.compression !== "identity" || answer.bytes.length < this.limits.gzipBytesMin)
      return answer;
    return new PreEncoded(await gzipAnswer(answer.bytes), answer.codec, "gzip");
  }

  private async compressResponse(response: HttpResponse, context: CallContext): Promise<HttpResponse> {
    const { headers = {}, body } = response;
    if (body === undefined || body.length < this.limits.gzipBytesMin || !context.facts.acceptsGzip) return response;
    const contentType = String(headers["content-type"] ?? "");
    if (headers["content-encoding"] !== undefined || !compressibleType.test(contentType)) return response;
    const bytes = typeof body === "string" ? utf8.encode(body) : body;
    const compressed = { ...headers, "content-encoding": "gzip", vary: "accept-encoding" };
    return { ...response, headers: compressed, body: await gzipAnswer(bytes) };
  }
}

/** Names the setting behind the limit when a body is over it, or says that there is none. */
async function naming<T>(body: Promise<T>, setting = "no setting raises it"): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (!(error instanceof BasaltError) || error.code !== "request_too_large") throw error;
    throw new BasaltError(error.code, `${error.message} (${setting})`);
  }
}

/** Decodes, handles, encodes. */
async function callEndpoint(
  endpoint: Endpoint,
  protocol: Protocol,
  message: Uint8Array,
  context: CallContext,
): Promise<PreEncoded> {
  const { definition, handle, json } = endpoint;
  const { codec } = protocol;
  if (codec === "json" && message.length === 0) throw new BasaltError("request_malformed", "body is empty, not JSON");
  if (definition.requestStream || definition.responseStream) {
    throw new RpcError("unimplemented", `${endpoint.procedure} is a stream`);
  }
  const answer = await ("raw" in handle
    ? handle.raw(message, context)
    : handle(decodeMessage(definition.requestType, codec, message, json), context));
  if (!(answer instanceof PreEncoded)) {
    return new PreEncoded(encodeMessage(definition.responseType, codec, answer, json), codec);
  }
  if (answer.codec !== codec) throw new Error(`${endpoint.procedure} answers in ${answer.codec}, not ${codec}`);
  return answer;
}

function httpRequest({ exchange, path, rawQuery }: IncomingRequest, body: Uint8Array): HttpRequest {
  const { method, headers } = exchange;
  return { method, path, query: new URLSearchParams(rawQuery), headers, body };
}

function plainOutcome(response: HttpResponse, context: CallContext | undefined): Outcome {
  const { status, headers, body } = response;
  const extra = context === undefined ? {} : { ...context.responseHeaders, ...noticeHeaders(context) };
  const bytes = typeof body === "string" ? utf8.encode(body) : body;
  return { reply: { status, headers: { ...extra, ...headers }, body: bytes }, statusCode: status, context };
}
