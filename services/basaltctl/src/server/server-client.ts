import { BasaltError, type RpcCode, rpcCodes } from "@basalt/model";
import {
  decodeMessage,
  encodeMessage,
  errorFromWire,
  type MessageType,
  type MethodDefinition,
  type RequestOf,
  type ResponseOf,
  type ServiceDefinition,
  tenantHeader,
} from "@basalt/rpc";
import { deadlineAfter } from "@basalt/runtime";
import type { CommandContext } from "../command.ts";
import { tenantSetting } from "../storage.ts";
import { timeoutSetting, urlSetting } from "./server-settings.ts";

/** An answer, and whether the server could read a part only. */
export interface ServerAnswer<T> {
  readonly message: T;
  readonly isPartial: boolean;
}

/** 1 GiB: no answer comes near; what does is not kept. */
const answerBytesMax = 2 ** 30;

/** Calls a server's methods: the Connect protocol with protobuf bodies. Source: connectrpc.com/docs/protocol. */
export class ServerClient {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /**
   * Calls a method; warnings of the answer are shown.
   *
   * @throws BasaltError `server_unreachable`, `deadline_exceeded`, or of the server's code; RpcError.
   */
  async call<D extends ServiceDefinition, M extends keyof D["methods"] & string>(
    definition: D,
    method: M,
    request: RequestOf<D["methods"][M]>,
  ): Promise<ServerAnswer<ResponseOf<D["methods"][M]>>> {
    const { bytes, isPartial } = await this.callForBytes(definition, method, request);
    const { responseType } = definition.methods[method] as MethodDefinition;
    const message = decodeMessage(responseType as MessageType<ResponseOf<D["methods"][M]>>, "proto", bytes);
    return { message, isPartial };
  }

  /** As {@link call}; gives the response message as its bytes. */
  async callForBytes<D extends ServiceDefinition, M extends keyof D["methods"] & string>(
    definition: D,
    method: M,
    request: RequestOf<D["methods"][M]>,
  ): Promise<{ readonly bytes: Uint8Array; readonly isPartial: boolean }> {
    const { name, requestType } = definition.methods[method] as MethodDefinition;
    const response = await this.#post(`${definition.fullName}/${name}`, encodeMessage(requestType, "proto", request));
    if (response.status !== 200) throw errorOf(response);
    for (const warning of response.warnings) this.#context.output.note(`warning: ${warning}`);
    return { bytes: response.bytes, isPartial: response.isPartial };
  }

  async #post(path: string, body: Uint8Array): Promise<RawAnswer> {
    const { config, clock, signal } = this.#context;
    const url = `${config.get(urlSetting).replace(/\/+$/, "")}/${path}`;
    const timeoutMs = config.get(timeoutSetting);
    const message = `no answer within ${timeoutMs} ms (-timeout)`;
    const deadline = deadlineAfter(clock, timeoutMs, { parent: signal, message });
    const tenant = config.get(tenantSetting);
    const headers = {
      "content-type": "application/proto",
      "connect-protocol-version": "1",
      ...(tenant === "" ? {} : { [tenantHeader]: tenant }),
    };
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: Uint8Array.from(body),
        signal: deadline.signal,
      });
      return await readAnswer(response, url);
    } catch (error) {
      deadline.signal.throwIfAborted();
      throw error instanceof BasaltError ? error : unreachable(url, error);
    } finally {
      deadline.release();
    }
  }
}

interface RawAnswer {
  readonly status: number;
  readonly url: string;
  readonly code: string | null;
  readonly warnings: readonly string[];
  readonly isPartial: boolean;
  readonly bytes: Uint8Array;
}

async function readAnswer(response: Response, url: string): Promise<RawAnswer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > answerBytesMax)
      throw new BasaltError("request_too_large", `the answer of ${url} is over ${answerBytesMax} bytes`);
    parts.push(part);
  }
  const warning = response.headers.get("basalt-warning");
  return {
    status: response.status,
    url,
    code: response.headers.get("basalt-error"),
    warnings: warning === null ? [] : [warning],
    isPartial: response.headers.get("basalt-partial") === "true",
    bytes: Buffer.concat(parts),
  };
}

/** The error that a Connect server answers with, or what else stands at the address. */
function errorOf({ status, url, code, bytes }: RawAnswer): Error {
  const text = Buffer.from(bytes).toString();
  let said: { readonly code?: unknown; readonly message?: unknown } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // Not a Connect server: a proxy, say. Its text is all there is.
  }
  if (typeof said?.code !== "string" || !(said.code in rpcCodes)) {
    return new BasaltError("server_unreachable", `${url} answered ${status}: ${text.slice(0, 300)}`);
  }
  const message = typeof said.message === "string" ? said.message : "";
  return errorFromWire({
    rpcCode: said.code as RpcCode,
    code: (code ?? undefined) as BasaltError["code"] | undefined,
    message,
    details: [],
    retryAfterSeconds: undefined,
  });
}

function unreachable(url: string, error: unknown): BasaltError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new BasaltError(
    "server_unreachable",
    `no answer from ${url}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause: error },
  );
}
