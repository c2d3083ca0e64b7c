/** The place of a span in its trace, as the W3C header `traceparent` has it. It crosses threads and processes as text. */
export type TraceParent = string;

/** What is known of a span. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What a span starts with. */
export interface SpanOptions {
  /** The span that this one is part of; without it a trace begins. */
  readonly parent?: TraceParent | undefined;
  /** Default `internal`. */
  readonly kind?: "server" | "client" | "internal";
  readonly attributes?: SpanAttributes;
}

/** A piece of work with a beginning and an end. */
export interface Span {
  /** To be handed to whatever works for this span; undefined when nothing is traced. */
  readonly traceParent: TraceParent | undefined;
  set(attributes: SpanAttributes): void;
  /** Ends it; with an error if it failed. */
  end(error?: unknown): void;
}

/** Begins spans. */
export interface Tracer {
  /** Whether spans go anywhere: where gathering attributes costs something, ask first. */
  readonly isOn: boolean;
  startSpan(name: string, options?: SpanOptions): Span;
  /** Sends what has ended. */
  stop(): Promise<void>;
}

const silentSpan: Span = { traceParent: undefined, set: ignore, end: ignore };

/** Traces nothing. */
export const silentTracer: Tracer = { isOn: false, startSpan: () => silentSpan, stop: () => Promise.resolve() };

/** Runs a piece of work inside a span, which ends with it. */
export async function traced<T>(
  tracer: Tracer,
  span: { readonly name: string } & SpanOptions,
  act: (span: Span) => Promise<T>,
): Promise<T> {
  if (!tracer.isOn) return act(silentSpan);
  const started = tracer.startSpan(span.name, span);
  try {
    const result = await act(started);
    started.end();
    return result;
  } catch (error) {
    started.end(error);
    throw error;
  }
}

function ignore(): void {
  // Nobody looks at these spans.
}
