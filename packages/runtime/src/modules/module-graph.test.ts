import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BasaltError } from "@basalt/model";
import { RecordingLogger } from "../logs/logger.ts";
import { ManualClock } from "../manual-clock.ts";
import type { AnyModule, ModuleContext, ModuleInstance, Needs } from "./module.ts";
import { defineModule, defineTarget } from "./module.ts";
import { ModuleGraph, modulesNamed } from "./module-graph.ts";

/** A small process: `all` needs api and ingester, both need store, which needs bucket. */
function sampleProcess(parts: Partial<Record<string, Partial<ModuleInstance<string>>>> = {}) {
  const events: string[] = [];
  const contexts = new Map<string, ModuleContext>();
  const part = <N extends Needs>(name: string, needs: N) =>
    defineModule({
      name,
      needs,
      create: (needed, context): ModuleInstance<string> => {
        contexts.set(name, context);
        events.push(`create ${name}(${Object.values(needed).join(",")})`);
        return {
          value: name.toUpperCase(),
          start: () => Promise.resolve(void events.push(`start ${name}`)),
          stop: () => Promise.resolve(void events.push(`stop ${name}`)),
          ...parts[name],
        };
      },
    });
  const bucket = part("bucket", {});
  const store = part("store", { bucket });
  const ingester = part("ingester", { store });
  const api = part("api", { bucket, store });
  const all = defineTarget("all", { api, ingester });
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const graph = (...targets: readonly AnyModule[]): ModuleGraph =>
    new ModuleGraph(targets, { clock, logger, stopTimeoutMs: 1000 });
  return { events, contexts, clock, logger, graph, modules: { bucket, store, ingester, api, all } };
}

describe("a module graph", () => {
  it("starts each module once, after what it needs, and stops in reverse", async () => {
    const { events, graph, modules } = sampleProcess();
    const running = graph(modules.all, modules.store);
    await running.start();
    assert.deepEqual(
      events.splice(0).filter((event) => event.startsWith("start")),
      ["start bucket", "start store", "start api", "start ingester"],
    );
    assert.deepEqual(
      running.states().map(({ name, state }) => `${name} ${state}`),
      ["bucket Running", "store Running", "api Running", "ingester Running", "all Running"],
    );
    await Promise.all([running.stop(), running.stop()]);
    assert.deepEqual(events, ["stop ingester", "stop api", "stop store", "stop bucket"]);
    assert.ok(running.states().every(({ state }) => state === "Terminated"));
  });

  it("gives a module the values of what it needs, and makes only what a target needs", async () => {
    const { events, graph, modules } = sampleProcess();
    await graph(modules.api).start();
    const created = events.filter((event) => event.startsWith("create"));
    assert.deepEqual(created, ["create bucket()", "create store(BUCKET)", "create api(BUCKET,STORE)"]);
  });

  it("stops what runs, and what failed half-way, when a start fails", async () => {
    const start = (): Promise<void> => Promise.reject(new BasaltError("wal_corrupt", "bad record"));
    const { events, graph, modules } = sampleProcess({ store: { start } });
    const running = graph(modules.all);
    await assert.rejects(running.start(), { code: "wal_corrupt" });
    assert.deepEqual(
      events.filter((event) => event.startsWith("st")),
      ["start bucket", "stop store", "stop bucket"],
    );
    const states = running.states().map(({ name, state }) => `${name} ${state}`);
    assert.deepEqual(states, ["bucket Terminated", "store Failed", "api New", "ingester New", "all New"]);
  });

  it("goes on stopping when one stop fails or hangs for half of the time", async () => {
    const stuck = (): Promise<void> => new Promise(() => undefined);
    const broken = (): Promise<void> => Promise.reject(new Error("broken"));
    const { events, clock, logger, graph, modules } = sampleProcess({
      api: { stop: stuck },
      ingester: { stop: broken },
    });
    const running = graph(modules.all);
    await running.start();
    events.splice(0);
    const stopping = running.stop();
    await clock.advance(500);
    await stopping;
    const states = running.states().map(({ name, state }) => `${name} ${state}`);
    assert.deepEqual(states, [
      "bucket Terminated",
      "store Terminated",
      "api Failed",
      "ingester Failed",
      "all Terminated",
    ]);
    assert.deepEqual(events, ["stop store", "stop bucket"], "those behind are still told to stop");
    assert.match(
      String(logger.entries.find(({ fields }) => fields["module"] === "api" && fields["error"])?.fields["error"]),
      /500 ms/,
    );
  });

  it("that is told to stop while it starts ends that start, starts no more, and stops", async () => {
    const gate = Promise.withResolvers<void>();
    const { events, clock, graph, modules } = sampleProcess({ store: { start: () => gate.promise } });
    const running = graph(modules.all);
    const starting = running.start();
    await clock.advance(0);
    const stopping = running.stop();
    await clock.advance(1);
    assert.ok(!events.includes("stop store"));
    gate.resolve();
    await Promise.all([starting, stopping]);
    assert.deepEqual(events.slice(-2), ["stop store", "stop bucket"]);
    assert.ok(!events.includes("start api"));
  });

  it("reports a module that fails while it runs", async () => {
    const { contexts, graph, modules } = sampleProcess();
    const running = graph(modules.all);
    await running.start();
    contexts.get("store")?.fail(new BasaltError("internal", "fsync failed"));
    assert.equal((await running.failure).message, "fsync failed");
    assert.match((await running.readiness()).text, /Failed: \[store\]/);
  });
});

describe("readiness", () => {
  it("lists what is not running by state, then asks each module", async () => {
    const gate = Promise.withResolvers<void>();
    let reason: string | undefined = "replaying 3 of 7 files";
    const { clock, graph, modules } = sampleProcess({
      store: { start: () => gate.promise },
      ingester: { notReady: () => reason },
    });
    const running = graph(modules.all);
    const starting = running.start();
    await clock.advance(0);
    const wanted = "Some services are not Running:\nStarting: [store]\nNew: [api, ingester, all]\n";
    assert.deepEqual(await running.readiness(), { isReady: false, text: wanted });
    gate.resolve();
    await starting;
    const replaying = "ingester not ready: replaying 3 of 7 files\n";
    assert.deepEqual(await running.readiness(), { isReady: false, text: replaying });
    reason = undefined;
    assert.deepEqual(await running.readiness(), { isReady: true, text: "ready\n" });
    await running.stop();
    assert.equal((await running.readiness()).isReady, false);
  });
});

describe("targets", () => {
  const { modules } = sampleProcess();
  const targets = [modules.all, modules.ingester];
  it("name modules", () =>
    assert.deepEqual(modulesNamed(["ingester", "all"], targets), [modules.ingester, modules.all]));
  it("that are unknown get the nearest name", () => {
    const wanted = { code: "config_invalid", message: /"ingster" \(did you mean ingester\?\)/ };
    assert.throws(() => modulesNamed(["ingster"], targets), wanted);
    assert.throws(() => modulesNamed(["zzzzzz"], targets), { message: /one of all, ingester/ });
  });
});
