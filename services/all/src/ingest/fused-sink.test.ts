import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawPush, RawSample } from "@basalt/distributor";
import { SeriesCounters } from "@basalt/ingester";
import { anonymousTenant } from "@basalt/model";
import { runInThread, systemClock } from "@basalt/runtime";
import { FusedSink } from "./fused-sink.ts";
import type { PlacedPush } from "./setup-ingest-worker.ts";

test("a service's thread gets the bytes of its own profiles alone, moved and counted", async () => {
  const received: RawPush[] = [];
  const pushRaw = async ({ push }: PlacedPush): Promise<readonly never[]> => {
    received.push(push);
    return [];
  };
  const worker = await runInThread(() => ({ pushRaw }), { name: "ingest", data: undefined, clock: systemClock });
  const sink = new FusedSink([worker], new SeriesCounters());
  const message = Uint8Array.from({ length: 1 << 20 }, (_, i) => i % 251);
  const sample = (from: number, length: number): RawSample => {
    return { labels: [], seriesIndex: 0, ordinal: 0, id: "", profile: message.subarray(from, from + length) };
  };
  const pushOf = (samples: readonly RawSample[]): RawPush => {
    return { kind: "push", tenant: anonymousTenant, receivedAt: 0n, samples };
  };
  const services = [[sample(10, 300), sample(5000, 200)], [sample(9000, 40)], [sample(0, 0)]];
  const pushes = services.map((samples, index) =>
    sink.push(pushOf(samples), sink.ownerOf(anonymousTenant, `service-${index}`)),
  );
  assert.equal(worker.inFlightBytes, 540);
  await Promise.all(pushes);
  assert.equal(message.length, 1 << 20, "what the services share stays");
  for (const [index, push] of received.entries()) {
    assert.ok(push.kind === "push");
    const sent = services[index] ?? [];
    assert.deepEqual(
      push.samples.map(({ profile }) => profile),
      sent.map(({ profile }) => profile),
    );
    const bytes = sent.reduce((sum, { profile }) => sum + profile.length, 0);
    for (const { profile } of push.samples) assert.equal(profile.buffer.byteLength, bytes);
  }
  await worker.stop();
});
