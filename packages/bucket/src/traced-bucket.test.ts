import assert from "node:assert/strict";
import { test } from "node:test";
import { type SpanAttributes, type SpanOptions, silentTracer } from "@basalt/runtime";
import { MemoryBucket } from "./memory-bucket.ts";
import { tracedBucket } from "./traced-bucket.ts";

test("each call is a span of its caller's, with its bytes and its error", async () => {
  const spans: string[] = [];
  const startSpan = (
    name: string,
    { parent, attributes }: SpanOptions = {},
  ): ReturnType<typeof silentTracer.startSpan> => {
    let bytes = attributes?.["bucket.bytes"];
    return {
      traceParent: undefined,
      set: (added: SpanAttributes) => {
        bytes = added["bucket.bytes"] ?? bytes;
      },
      end: (error) =>
        void spans.push(`${parent} ${name} ${attributes?.["bucket.key"]} ${bytes} ${error === undefined}`),
    };
  };
  const bucket = tracedBucket(new MemoryBucket(), { tracer: { isOn: true, startSpan }, parent: "00-aa-bb-01" });
  await bucket.put("k", new Uint8Array(3));
  await bucket.getRange("k", { offset: 1, length: 2 });
  await assert.rejects(bucket.get("none"));
  assert.deepEqual(spans, [
    "00-aa-bb-01 bucket.put k 3 true",
    "00-aa-bb-01 bucket.getRange k 2 true",
    "00-aa-bb-01 bucket.get none 0 false",
  ]);
});

test("where nothing is traced nothing is in between", () => {
  const bucket = new MemoryBucket();
  assert.equal(tracedBucket(bucket, { tracer: silentTracer }), bucket);
});
