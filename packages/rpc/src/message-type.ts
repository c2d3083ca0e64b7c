/** A generated message: how to write it as protobuf and read it back. */
export interface MessageType<T> {
  /** The full protobuf name, such as `push.v1.PushRequest`. */
  readonly $type: string;
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** One method as the generated service definition lists it. */
export interface MethodDefinition {
  readonly name: string;
  readonly requestType: MessageType<unknown>;
  readonly requestStream: boolean;
  readonly responseType: MessageType<unknown>;
  readonly responseStream: boolean;
  readonly options: { readonly idempotencyLevel?: "IDEMPOTENT" | "NO_SIDE_EFFECTS" };
}

/** A generated service definition, such as `querierV1.QuerierServiceDefinition`. */
export interface ServiceDefinition {
  /** The full protobuf name, such as `querier.v1.QuerierService`. */
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

/** The request message of a method. */
export type RequestOf<M> = M extends { readonly requestType: { decode(bytes: Uint8Array): infer T } } ? T : never;

/** The response message of a method. */
export type ResponseOf<M> = M extends { readonly responseType: { decode(bytes: Uint8Array): infer T } } ? T : never;
