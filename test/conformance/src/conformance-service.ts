import type { RpcCode } from "@basalt/model";
import { rpcCodes } from "@basalt/model";
import type { CallContext, MessageType, Service } from "@basalt/rpc";
import { JsonCodec, RpcError, service } from "@basalt/rpc";
import type { Clock } from "@basalt/runtime";
import type {
  ConformancePayload,
  ConformancePayload_RequestInfo,
  Header,
  UnaryResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service.ts";
import {
  ConformanceServiceDefinition,
  IdempotentUnaryRequest,
  ConformancePayload_RequestInfo as RequestInfoType,
  UnaryRequest,
} from "./gen/connectrpc/conformance/v1/service.ts";
import { schema } from "./gen/schema.ts";

/** The service that the runner's clients call: it answers what each request tells it to answer. */
export function conformanceService(
  clock: Clock,
  requestBytesMax: number,
): Service<typeof ConformanceServiceDefinition> {
  const json = new JsonCodec(schema, [UnaryRequest, IdempotentUnaryRequest, RequestInfoType]);
  return service(
    ConformanceServiceDefinition,
    {
      unary: async (request, context) => ({ payload: await answer(UnaryRequest, request, { context, clock }) }),
      idempotentUnary: async (request, context) => ({
        payload: await answer(IdempotentUnaryRequest, request, { context, clock }),
      }),
    },
    { tenancy: "none", json, ...(requestBytesMax === 0 ? {} : { requestBytesMax }) },
  );
}

async function answer<T extends { responseDefinition?: UnaryResponseDefinition | undefined }>(
  type: MessageType<T>,
  request: T,
  { context, clock }: { context: CallContext; clock: Clock },
): Promise<ConformancePayload> {
  const definition = request.responseDefinition;
  const requestInfo: ConformancePayload_RequestInfo = {
    requestHeaders: receivedHeaders(context),
    requests: [{ typeUrl: `type.googleapis.com/${type.$type}`, value: type.encode(request).finish() }],
    connectGetInfo: context.facts.method === "GET" ? { queryParams: queryParameters(context) } : undefined,
    ...(context.facts.timeoutMs === undefined ? {} : { timeoutMs: BigInt(Math.trunc(context.facts.timeoutMs)) }),
  };
  if (definition === undefined) return { data: new Uint8Array(0), requestInfo };
  addHeaders(context.responseHeaders, definition.responseHeaders);
  addHeaders(context.responseTrailers, definition.responseTrailers);
  if (definition.responseDelayMs > 0) await clock.sleep(definition.responseDelayMs, context.signal);
  if (definition.error !== undefined) {
    const { code, message = "", details } = definition.error;
    const info = { type: RequestInfoType.$type, value: RequestInfoType.encode(requestInfo).finish() };
    const given = details.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value }));
    throw new RpcError(rpcCodeOf(code), message, [...given, info]);
  }
  return { data: definition.responseData ?? new Uint8Array(0), requestInfo };
}

function rpcCodeOf(number: number): RpcCode {
  for (const [name, { grpc }] of Object.entries(rpcCodes)) if (grpc === number) return name as RpcCode;
  return "unknown";
}

function receivedHeaders(context: CallContext): Header[] {
  return Object.entries(context.requestHeaders)
    .filter(([name]) => !name.startsWith(":"))
    .map(([name, value]) => ({ name, value: typeof value === "string" ? [value] : [...(value ?? [])] }));
}

function queryParameters(context: CallContext): Header[] {
  return [...new URLSearchParams(context.facts.rawQuery)].map(([name, value]) => ({ name, value: [value] }));
}

function addHeaders(target: Record<string, string | readonly string[]>, headers: readonly Header[]): void {
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    const held = target[key];
    target[key] = [...(typeof held === "string" ? [held] : (held ?? [])), ...value];
  }
}
