import { BasaltError } from "@basalt/model";
import type { Context, Span as OtelSpan, Tracer as OtelTracer, SpanContext } from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Span, SpanAttributes, SpanOptions, TraceParent, Tracer } from "./tracer.ts";

/** Where traces go and what they say of their process. */
export interface OtlpOptions {
  readonly serviceName: string;
  readonly version: string;
  readonly sampleRatio: number;
  /** Without it, OpenTelemetry's variables of the environment decide. */
  readonly url?: string;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Sends spans by OTLP over HTTP, in batches of at most 512 out of a queue of at most 2,048; beyond it spans are dropped. */
export class OtlpTracer implements Tracer {
  readonly isOn = true;
  private readonly provider: TracerProvider;
  private readonly tracer: OtelTracer;

  constructor(options: OtlpOptions) {
    const exporter = new OTLPTraceExporter(options.url === undefined ? {} : { url: options.url });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": options.serviceName, "service.version": options.version }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.tracer = this.provider.getTracer("basalt", options.version);
  }

  startSpan(name: string, options: SpanOptions = {}): Span {
    const { parent, kind = "internal", attributes = {} } = options;
    const context = parent === undefined ? ROOT_CONTEXT : contextOf(parent);
    return new OtlpSpan(this.tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, context));
  }

  stop(): Promise<void> {
    return this.provider.shutdown();
  }
}

class OtlpSpan implements Span {
  readonly traceParent: TraceParent;
  private readonly span: OtelSpan;

  constructor(span: OtelSpan) {
    this.span = span;
    this.traceParent = formatTraceParent(span.spanContext());
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      const { code, message } = BasaltError.from(error);
      this.span.setAttribute("basalt.error", code);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    this.span.end();
  }
}

/** `00-<trace id>-<span id>-<flags>`. Source: W3C Trace Context, level 1. */
function formatTraceParent({ traceId, spanId, traceFlags }: SpanContext): TraceParent {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** A parent that cannot be read begins a new trace, as the standard says. */
function contextOf(parent: TraceParent): Context {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/.exec(parent);
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
