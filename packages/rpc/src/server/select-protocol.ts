import { mediaType } from "../headers.ts";
import { type HttpResponse, textResponse } from "../http-route.ts";
import type { MethodDefinition } from "../message-type.ts";
import { connectGet, connectPost } from "./connect-protocol.ts";
import type { Exchange } from "./exchange.ts";
import { grpcProtocol } from "./grpc-protocol.ts";
import type { Protocol } from "./protocol.ts";

const grpcWebTypes = ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json"];
const grpcTypes = ["application/grpc", "application/grpc+proto", "application/grpc+json"];

/** Every request type, for `accept-post`. */
const acceptPost = ["application/proto", "application/json", ...grpcTypes, ...grpcWebTypes].join(", ");

/** The protocols by media type, made once. */
const protocols: ReadonlyMap<string, Protocol> = new Map<string, Protocol>([
  ["application/proto", connectPost("proto")],
  ["application/json", connectPost("json")],
  ...[...grpcTypes, ...grpcWebTypes].map((contentType): [string, Protocol] => {
    const name = contentType.startsWith("application/grpc-web") ? "grpc-web" : "grpc";
    const codec = contentType.endsWith("+json") ? "json" : "proto";
    return [contentType, grpcProtocol({ name, codec, contentType })];
  }),
]);

/** The protocol in which to answer, by content type alone; also where the route is unknown. */
export function protocolByContentType(exchange: Exchange): Protocol | undefined {
  return exchange.method === "POST" ? protocols.get(mediaType(exchange.headers)) : undefined;
}

/** The protocol of a request to a method, or why there is none. */
export function selectProtocol(
  exchange: Exchange,
  method: MethodDefinition,
  rawQuery: string,
): Protocol | { readonly refusal: HttpResponse } {
  const isGetAllowed = method.options.idempotencyLevel === "NO_SIDE_EFFECTS";
  if (exchange.method === "GET" && isGetAllowed) {
    const query = new URLSearchParams(rawQuery);
    const encoding = query.get("encoding");
    if (encoding === "proto" || encoding === "json") return connectGet(encoding, query);
    return { refusal: textResponse(`unsupported encoding ${JSON.stringify(encoding)}\n`, 415) };
  }
  if (exchange.method !== "POST") {
    const refusal = textResponse("method not allowed\n", 405);
    return { refusal: { ...refusal, headers: { ...refusal.headers, allow: isGetAllowed ? "GET, POST" : "POST" } } };
  }
  const protocol = protocols.get(mediaType(exchange.headers));
  if (protocol === undefined) {
    const refusal = textResponse("unsupported media type\n", 415);
    return { refusal: { ...refusal, headers: { ...refusal.headers, "accept-post": acceptPost } } };
  }
  if (protocol.name === "grpc" && exchange.httpVersion === 1) {
    return { refusal: textResponse("gRPC needs HTTP/2\n", 505) };
  }
  return protocol;
}
