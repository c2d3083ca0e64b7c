import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import type { Interceptor } from "@basalt/rpc";
import { CallContext } from "@basalt/rpc";
import type { SpanOptions, Tracer } from "@basalt/runtime";
import { silentTracer } from "@basalt/runtime";
import { tracingInterceptor } from "./tracing-interceptor.ts";

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function call(): CallContext {
  return new CallContext({
    procedure: "querier.v1.QuerierService/Series",
    route: "querier_v1_querierservice_series",
    protocol: "connect",
    codec: "proto",
    method: "POST",
    requestHeaders: { traceparent: parent },
    rawQuery: "",
    capabilities: { utf8LabelNames: true },
    acceptsGzip: false,
    peer: "",
    timeoutMs: undefined,
    deadlineMs: undefined,
  });
}

/** Keeps what spans are begun and ended with. */
function recordingTracer() {
  const events: unknown[] = [];
  const startSpan = (name: string, options: SpanOptions = {}) => {
    events.push([name, options.kind, options.parent]);
    return {
      traceParent: undefined,
      set: (attributes: object) => void events.push(attributes),
      end: (error?: unknown) => void events.push(error instanceof BasaltError ? error.code : "ok"),
    };
  };
  const tracer: Tracer = { isOn: true, startSpan, stop: () => Promise.resolve() };
  return { tracer, events };
}

test("a call is a span of the trace that its header names", async () => {
  const { tracer, events } = recordingTracer();
  const [interceptor] = tracingInterceptor(tracer) as readonly [Interceptor];
  const answer = await interceptor(call(), { tenancy: "many" }, async () => "answer");
  assert.equal(answer, "answer");
  assert.deepEqual(events, [
    ["querier_v1_querierservice_series", "server", parent],
    { tenant: "", partial: false },
    "ok",
  ]);
});

test("a call that fails ends its span with the error", async () => {
  const { tracer, events } = recordingTracer();
  const [interceptor] = tracingInterceptor(tracer) as readonly [Interceptor];
  const failing = interceptor(call(), { tenancy: "many" }, () =>
    Promise.reject(new BasaltError("query_timeout", "late")),
  );
  await assert.rejects(failing, { code: "query_timeout" });
  assert.equal(events.at(-1), "query_timeout");
});

test("nothing stands around calls while tracing is off", () => {
  assert.deepEqual(tracingInterceptor(silentTracer), []);
});
