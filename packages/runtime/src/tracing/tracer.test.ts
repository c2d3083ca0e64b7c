import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { BasaltError } from "@basalt/model";
import { Config, settingValue } from "../config/config.ts";
import { createTracer, tracingSettings } from "./create-tracer.ts";
import { silentTracer, traced } from "./tracer.ts";

const settings = Object.values(tracingSettings);

/** A collector that keeps the bodies it gets. */
async function collector() {
  const bodies: Buffer[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    request.on("data", (chunk: Buffer) => void bodies.push(chunk));
    request.on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, paths, text: () => Buffer.concat(bodies).toString("latin1"), close: () => server.close() };
}

describe("tracing", () => {
  it("is off where no endpoint is configured, or it is disabled", async () => {
    assert.equal(await createTracer(Config.of(settings), {}, "1"), silentTracer);
    const off = Config.of(settings, [settingValue(tracingSettings.enabled, false)]);
    assert.equal(await createTracer(off, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://x" }, "1"), silentTracer);
    assert.equal(await traced(silentTracer, { name: "x" }, async (span) => span.traceParent), undefined);
  });

  it("sends spans by OTLP, part of the trace that they were asked in", async () => {
    const { url, paths, text, close } = await collector();
    const config = Config.of(settings, [settingValue(tracingSettings.endpoint, `${url}/`)]);
    const tracer = await createTracer(config, { OTEL_SERVICE_NAME: "basalt-test" }, "1");
    const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const options = { name: "push", parent, kind: "server", attributes: { tenant: "a" } } as const;
    const child = await traced(tracer, options, async (span) => {
      const inner = tracer.startSpan("store", { parent: span.traceParent });
      inner.set({ rows: 3 });
      inner.end(new BasaltError("disk_full", "no room"));
      return span.traceParent;
    });
    assert.match(child ?? "", /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    await tracer.stop();
    close();
    assert.deepEqual(paths, ["/v1/traces"]);
    for (const word of ["basalt-test", "push", "store", "tenant", "rows", "disk_full", "no room"]) {
      assert.ok(text().includes(word), `${word} is sent`);
    }
  });

  it("begins a trace where the parent cannot be read, and ends a span that fails", async () => {
    const { url, text, close } = await collector();
    const config = Config.of(settings, [settingValue(tracingSettings.endpoint, url)]);
    const tracer = await createTracer(config, {}, "1");
    const failing = traced(tracer, { name: "x", parent: "nonsense" }, () => Promise.reject(new Error("planted")));
    await assert.rejects(failing, /planted/);
    await tracer.stop();
    close();
    assert.ok(text().includes("internal error"));
  });
});
