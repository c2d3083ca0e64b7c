import type { CallContext } from "./call-context.ts";
import type { Codec } from "./codec.ts";
import { basaltJson } from "./codec.ts";
import type { JsonCodec } from "./json/json-codec.ts";
import type { MethodDefinition, RequestOf, ResponseOf, ServiceDefinition } from "./message-type.ts";

/** An answer that is already bytes, for instance because a worker thread encoded it. */
export class PreEncoded {
  readonly bytes: Uint8Array;
  readonly codec: Codec;
  readonly compression: "identity" | "gzip";

  /**
   * @param bytes the response message, written in `context.codec`.
   * @param compression `gzip` only when `context.facts.acceptsGzip`.
   */
  constructor(bytes: Uint8Array, codec: Codec, compression: "identity" | "gzip" = "identity") {
    this.bytes = bytes;
    this.codec = codec;
    this.compression = compression;
  }
}

/** Answers one call. Throws a BasaltError for what its client should know; anything else becomes an internal error. */
export type Handler<Request, Response> = (request: Request, context: CallContext) => Promise<Response | PreEncoded>;

/** Answers one call from the bytes of the request message in `context.codec`, which it owns and may transfer. */
export interface RawHandler<Response> {
  readonly raw: (message: Uint8Array, context: CallContext) => Promise<Response | PreEncoded>;
}

/** A handler for some of the methods of a definition; the others answer `unimplemented`. */
export type Handlers<Definition extends ServiceDefinition> = {
  readonly [M in keyof Definition["methods"]]?:
    | Handler<RequestOf<Definition["methods"][M]>, ResponseOf<Definition["methods"][M]>>
    | RawHandler<ResponseOf<Definition["methods"][M]>>;
};

/** Whose data a route touches: no tenant's, exactly one (writes), or one and more (reads: `a|b`). */
export type Tenancy = "none" | "one" | "many";

/** What holds for each method of a service. */
export interface ServiceOptions {
  readonly tenancy: Tenancy;
  /** Request message bytes at most, before and after decompression; without it the server's own limit holds. */
  readonly requestBytesMax?: number;
  /** The setting behind that limit, which the error names. */
  readonly requestBytesSetting?: string;
  /** For messages that are not Basalt's own. */
  readonly json?: JsonCodec;
}

/** One method with its handler. */
export interface Endpoint {
  /** `package.Service/Method`. */
  readonly procedure: string;
  readonly definition: MethodDefinition;
  readonly handle: Handler<unknown, unknown> | RawHandler<unknown>;
  readonly options: ServiceOptions;
  readonly json: JsonCodec;
}

/** A service definition with its handlers: given to a server, or to a client in the same process. */
export interface Service<Definition extends ServiceDefinition = ServiceDefinition> {
  readonly definition: Definition;
  /** By the key of the method in the definition. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
}

/** Binds handlers to a service definition. */
export function service<Definition extends ServiceDefinition>(
  definition: Definition,
  handlers: Handlers<Definition>,
  options: ServiceOptions,
): Service<Definition> {
  const endpoints = new Map<string, Endpoint>();
  for (const [key, method] of Object.entries(definition.methods)) {
    const handle = handlers[key] as Handler<unknown, unknown> | RawHandler<unknown> | undefined;
    if (handle === undefined) continue;
    const procedure = `${definition.fullName}/${method.name}`;
    endpoints.set(key, { procedure, definition: method, handle, options, json: options.json ?? basaltJson });
  }
  return { definition, endpoints };
}
