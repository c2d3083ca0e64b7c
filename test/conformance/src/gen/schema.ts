// Written by scripts/generate-schema.ts. Do not edit.
import type { Schema } from "@basalt/rpc";

/** Fields of every generated message. */
export const schema: Schema = {
  messages: {
    "connectrpc.conformance.v1.TLSCreds": [
      ["cert", "cert", "bytes", "one"],
      ["key", "key", "bytes", "one"],
    ],
    "connectrpc.conformance.v1.ServerCompatRequest": [
      ["protocol", "protocol", "enum", "one", "connectrpc.conformance.v1.Protocol"],
      ["httpVersion", "http_version", "enum", "one", "connectrpc.conformance.v1.HTTPVersion"],
      ["useTls", "use_tls", "bool", "one"],
      ["clientTlsCert", "client_tls_cert", "bytes", "one"],
      ["messageReceiveLimit", "message_receive_limit", "uint32", "one"],
      ["serverCreds", "server_creds", "message", "optional", "connectrpc.conformance.v1.TLSCreds"],
    ],
    "connectrpc.conformance.v1.ServerCompatResponse": [
      ["host", "host", "string", "one"],
      ["port", "port", "uint32", "one"],
      ["pemCert", "pem_cert", "bytes", "one"],
    ],
    "google.protobuf.Any": [
      ["typeUrl", "type_url", "string", "one"],
      ["value", "value", "bytes", "one"],
    ],
    "connectrpc.conformance.v1.UnaryResponseDefinition": [
      ["responseHeaders", "response_headers", "message", "many", "connectrpc.conformance.v1.Header"],
      ["responseData", "response_data", "bytes", "optional"],
      ["error", "error", "message", "optional", "connectrpc.conformance.v1.Error"],
      ["responseTrailers", "response_trailers", "message", "many", "connectrpc.conformance.v1.Header"],
      ["responseDelayMs", "response_delay_ms", "uint32", "one"],
    ],
    "connectrpc.conformance.v1.UnaryRequest": [
      ["responseDefinition", "response_definition", "message", "optional", "connectrpc.conformance.v1.UnaryResponseDefinition"],
      ["requestData", "request_data", "bytes", "one"],
    ],
    "connectrpc.conformance.v1.UnaryResponse": [
      ["payload", "payload", "message", "optional", "connectrpc.conformance.v1.ConformancePayload"],
    ],
    "connectrpc.conformance.v1.IdempotentUnaryRequest": [
      ["responseDefinition", "response_definition", "message", "optional", "connectrpc.conformance.v1.UnaryResponseDefinition"],
      ["requestData", "request_data", "bytes", "one"],
    ],
    "connectrpc.conformance.v1.IdempotentUnaryResponse": [
      ["payload", "payload", "message", "optional", "connectrpc.conformance.v1.ConformancePayload"],
    ],
    "connectrpc.conformance.v1.UnimplementedRequest": [
    ],
    "connectrpc.conformance.v1.UnimplementedResponse": [
    ],
    "connectrpc.conformance.v1.ConformancePayload": [
      ["data", "data", "bytes", "one"],
      ["requestInfo", "request_info", "message", "optional", "connectrpc.conformance.v1.ConformancePayload.RequestInfo"],
    ],
    "connectrpc.conformance.v1.ConformancePayload.RequestInfo": [
      ["requestHeaders", "request_headers", "message", "many", "connectrpc.conformance.v1.Header"],
      ["timeoutMs", "timeout_ms", "int64", "optional"],
      ["requests", "requests", "message", "many", "google.protobuf.Any"],
      ["connectGetInfo", "connect_get_info", "message", "optional", "connectrpc.conformance.v1.ConformancePayload.ConnectGetInfo"],
    ],
    "connectrpc.conformance.v1.ConformancePayload.ConnectGetInfo": [
      ["queryParams", "query_params", "message", "many", "connectrpc.conformance.v1.Header"],
    ],
    "connectrpc.conformance.v1.Error": [
      ["code", "code", "enum", "one", "connectrpc.conformance.v1.Code"],
      ["message", "message", "string", "optional"],
      ["details", "details", "message", "many", "google.protobuf.Any"],
    ],
    "connectrpc.conformance.v1.Header": [
      ["name", "name", "string", "one"],
      ["value", "value", "string", "many"],
    ],
  },
  enums: {
    "connectrpc.conformance.v1.HTTPVersion": { HTTP_VERSION_UNSPECIFIED: 0, HTTP_VERSION_1: 1, HTTP_VERSION_2: 2, HTTP_VERSION_3: 3 },
    "connectrpc.conformance.v1.Protocol": { PROTOCOL_UNSPECIFIED: 0, PROTOCOL_CONNECT: 1, PROTOCOL_GRPC: 2, PROTOCOL_GRPC_WEB: 3 },
    "connectrpc.conformance.v1.Code": { CODE_UNSPECIFIED: 0, CODE_CANCELED: 1, CODE_UNKNOWN: 2, CODE_INVALID_ARGUMENT: 3, CODE_DEADLINE_EXCEEDED: 4, CODE_NOT_FOUND: 5, CODE_ALREADY_EXISTS: 6, CODE_PERMISSION_DENIED: 7, CODE_RESOURCE_EXHAUSTED: 8, CODE_FAILED_PRECONDITION: 9, CODE_ABORTED: 10, CODE_OUT_OF_RANGE: 11, CODE_UNIMPLEMENTED: 12, CODE_INTERNAL: 13, CODE_UNAVAILABLE: 14, CODE_DATA_LOSS: 15, CODE_UNAUTHENTICATED: 16 },
  },
};
