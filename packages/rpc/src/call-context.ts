import type { TenantId, WarningCode } from "@basalt/model";
import { assert, BasaltError, defined } from "@basalt/model";
import type { Codec } from "./codec.ts";
import { checkHeaders, type HeaderFields } from "./headers.ts";

/** How a call arrived. */
export type ProtocolName = "connect" | "grpc" | "grpc-web" | "http" | "in-process";

/** Something true about an answer that its numbers do not show; see `docs/errors.md`. */
export interface Warning {
  readonly code: WarningCode;
  readonly text: string;
}

/** What may differ between clients in what they understand. */
export interface ClientCapabilities {
  /** The client copes with label names outside `[a-zA-Z_][a-zA-Z0-9_]*` (`Accept: …;allow-utf8-labelnames=true`). */
  readonly utf8LabelNames: boolean;
}

/** Facts about a call that are known before it runs. */
export interface CallFacts {
  /** `package.Service/Method`, or the pattern of a plain route. */
  readonly procedure: string;
  /** The name under which metrics count the call. */
  readonly route: string;
  readonly protocol: ProtocolName;
  /** What a {@link PreEncoded} answer must be written in; `structured` for a call in the same process. */
  readonly codec: Codec | "structured";
  readonly method: string;
  /** As received; names in lower case. */
  readonly requestHeaders: HeaderFields;
  /** Text after `?`, without it. */
  readonly rawQuery: string;
  readonly capabilities: ClientCapabilities;
  /** Whether the client reads a gzipped answer. */
  readonly acceptsGzip: boolean;
  /** Address of the other end of the connection; empty for a call in the same process. */
  readonly peer: string;
  /** Milliseconds from the start of the call that its client waits; undefined if it did not say. */
  readonly timeoutMs: number | undefined;
  /** `Clock.monotonicMs` at which the client stops waiting. */
  readonly deadlineMs: number | undefined;
}

/** Everything a handler may know about its call and say beside its answer. */
export class CallContext {
  readonly facts: CallFacts;
  /** Sent with the answer, or with the error. Names in lower case. */
  responseHeaders: Record<string, string | readonly string[]> = {};
  /** Trailing metadata in gRPC, `trailer-` headers in Connect. Names in lower case. */
  responseTrailers: Record<string, string | readonly string[]> = {};
  private tenantIds: readonly TenantId[] = [];
  private readonly warningList: Warning[] = [];
  private partial = false;
  private controller: AbortController | undefined;
  private abortReason: unknown;
  private abortListener: ((reason: unknown) => void) | undefined;

  constructor(facts: CallFacts) {
    this.facts = facts;
  }

  /** The tenants whose data the call may read, sorted; empty before the tenant interceptor and on open routes. */
  get tenants(): readonly TenantId[] {
    return this.tenantIds;
  }

  set tenants(tenants: readonly TenantId[]) {
    this.tenantIds = tenants;
  }

  /**
   * The one tenant of the call.
   *
   * @throws Error when there is not exactly one: a wrong tenancy in the declaration of the route.
   */
  get tenant(): TenantId {
    assert(this.tenantIds.length === 1, `${this.facts.procedure} has ${this.tenantIds.length} tenants`);
    return defined(this.tenantIds[0], "tenant");
  }

  /** {@link PreEncoded} answers are written in this. */
  get codec(): Codec | "structured" {
    return this.facts.codec;
  }

  get requestHeaders(): HeaderFields {
    return this.facts.requestHeaders;
  }

  /** `Clock.monotonicMs` at which the client stops waiting; undefined if it waits. */
  get deadlineMs(): number | undefined {
    return this.facts.deadlineMs;
  }

  /** Aborts with a BasaltError `deadline_exceeded` or `canceled`. Made on first use: most calls never ask. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isAborted) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /** Whether nobody waits for the answer any more. */
  get isAborted(): boolean {
    return this.abortReason !== undefined;
  }

  /** Ends the call; the first reason counts. */
  abort(reason: BasaltError): void {
    if (this.isAborted) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
    this.abortListener?.(reason);
  }

  /** Calls once when the call is aborted, with the reason. One listener: the server or client that owns the call. */
  onAbort(listener: (reason: unknown) => void): void {
    this.abortListener = listener;
    if (this.isAborted) listener(this.abortReason);
  }

  /**
   * Drops all response headers and trailers if one of them cannot be sent.
   *
   * @throws TypeError naming the field.
   */
  checkHeaders(): void {
    const { responseHeaders, responseTrailers } = this;
    this.responseHeaders = {};
    this.responseTrailers = {};
    checkHeaders(responseHeaders);
    checkHeaders(responseTrailers);
    this.responseHeaders = responseHeaders;
    this.responseTrailers = responseTrailers;
  }

  /** Tells the client something about the answer; equal warnings are told once, and at most 32 in all. */
  warn(code: WarningCode, text: string): void {
    if (this.warningList.length >= warningCountMax) return;
    if (this.warningList.some((warning) => warning.code === code && warning.text === text)) return;
    this.warningList.push({ code, text });
  }

  get warnings(): readonly Warning[] {
    return this.warningList;
  }

  /** Says that the answer lacks data that should be in it; such an answer is never cached. */
  markPartial(): void {
    this.partial = true;
  }

  get isPartial(): boolean {
    return this.partial;
  }
}

/** 32 warnings of at most 1 KiB fit into the header limits of common proxies. */
const warningCountMax = 32;
const warningCharactersMax = 1024;

/** Warnings and partiality as headers: `basalt-partial: true`, `basalt-warning: <code>; <text>`. */
export function noticeHeaders(context: CallContext): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  if (context.isPartial) headers["basalt-partial"] = "true";
  if (context.warnings.length > 0) {
    headers["basalt-warning"] = context.warnings.map(({ code, text }) => headerText(`${code}; ${text}`));
  }
  return headers;
}

/** Replaces what a header cannot carry. */
function headerText(text: string): string {
  return text.slice(0, warningCharactersMax).replace(/[^\x20-\x7e]/g, "?");
}

/** The error of a client that went away. */
export function canceledError(): BasaltError {
  return new BasaltError("canceled", "the client went away");
}

/** The error of a call that took longer than its client waits. */
export function deadlineError(timeoutMs: number): BasaltError {
  return new BasaltError("deadline_exceeded", `no answer within the ${timeoutMs} ms that the client waits`);
}
