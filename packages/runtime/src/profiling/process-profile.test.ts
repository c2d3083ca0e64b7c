import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProfileColumns } from "@basalt/model";
import { stringAt } from "@basalt/model";
import { systemClock } from "../node/system-clock.ts";
import type { EchoOwner, EchoWorker } from "../worker/fixture/echo-setup.ts";
import { siblingModule, spawnWorker } from "../worker/spawn-worker.ts";
import { addCpuSamples, addHeapSamples, processCpuProfile, processHeapProfile } from "./process-profile.ts";
import { ProfileBuilder } from "./profile-builder.ts";
import type { V8CallFrame } from "./v8-profile.ts";

const frame = (functionName: string, url = "node:fs", lineNumber = 4): V8CallFrame => ({
  functionName,
  url,
  lineNumber,
});

/** One line a sample: `thread: root;caller;leaf values`. */
function draw(profile: ProfileColumns): readonly string[] {
  const name = (location: number): string => {
    const functionIndex = (profile.lineFunction[profile.locationLineStart[location] ?? 0] ?? 0) - 1;
    return stringAt(profile, profile.functionName[functionIndex] ?? 0);
  };
  return Array.from({ length: profile.sampleCount }, (_, i) => {
    const stack = [...profile.stackLocation.subarray(profile.stackStart[i], profile.stackStart[i + 1])];
    const thread = stringAt(profile, profile.sampleLabelValue[i] ?? 0);
    return `${thread}: ${stack.reverse().map(name).join(";")} ${profile.values[i * 2]} ${profile.values[i * 2 + 1]}`;
  });
}

const header = {
  kinds: [
    { name: "samples", unit: "count" },
    { name: "cpu", unit: "nanoseconds" },
  ],
  periodKind: { name: "cpu", unit: "nanoseconds" },
  period: 10_000_000n,
  timeNanos: 7n,
  durationMs: 1500,
} as const;

describe("a profile of V8 as columns", () => {
  it("adds up samples by stack, without idle time and without V8's root", () => {
    const builder = new ProfileBuilder();
    addCpuSamples(builder, "main", {
      nodes: [
        { id: 1, callFrame: frame("(root)", "", -1), children: [2, 3, 5] },
        { id: 2, callFrame: frame("(idle)", "", -1) },
        { id: 3, callFrame: frame("run", "file:///x/run.ts"), children: [4] },
        { id: 4, callFrame: frame("", "file:///x/run.ts", 9) },
        { id: 5, callFrame: frame("(program)", "", -1) },
      ],
      samples: [4, 2, 4, 3, 5],
      timeDeltas: [10_000, 10_000, 11_000, 9000, 10_000],
    });
    const profile = builder.build(header);
    assert.deepEqual(draw(profile), [
      "main: run;(anonymous) 2 21000000",
      "main: run 1 9000000",
      "main: (native) 1 10000000",
    ]);
    assert.equal(profile.durationNanos, 1_500_000_000n);
    assert.equal(stringAt(profile, profile.functionFilename[1] ?? 0), "/x/run.ts");
  });

  it("adds up what is alive by the stack that allocated it", () => {
    const builder = new ProfileBuilder();
    const leaf = { id: 3, callFrame: frame("alloc"), children: [] };
    const head = {
      id: 1,
      callFrame: frame("(root)"),
      children: [{ id: 2, callFrame: frame("run"), children: [leaf] }],
    };
    const samples = [
      { nodeId: 3, size: 100 },
      { nodeId: 3, size: 50 },
      { nodeId: 2, size: 8 },
    ];
    addHeapSamples(builder, "worker", { head, samples });
    assert.deepEqual(draw(builder.build(header)), ["worker: run 1 8", "worker: run;alloc 2 150"]);
  });

  it("shows files of the program from its root", () => {
    const builder = new ProfileBuilder();
    builder.add("main", [builder.locationOf(frame("f", import.meta.url))], [1, 1]);
    const profile = builder.build(header);
    assert.match(stringAt(profile, profile.functionFilename[0] ?? 0), /^packages\/runtime\/(src|dist)\/profiling\//);
  });
});

describe("this process", () => {
  it("profiles all its threads, also twice at once", async () => {
    const options = { name: "echo-0", data: { refuse: false }, handlers: { shout: (text: string) => text } };
    const worker = await spawnWorker<EchoWorker, { refuse: boolean }, EchoOwner>(
      siblingModule(import.meta.url, "../worker/fixture/echo-worker"),
      options,
    );
    const controller = new AbortController();
    const taking = [1, 2].map(() => processCpuProfile(systemClock, 60_000, controller.signal));
    // Both threads work until the profiles are stopped.
    for (let i = 0; i < 300; i++) await worker.call("echo", new Uint8Array(100_000));
    controller.abort();
    const [profile, second] = await Promise.all(taking);
    await worker.stop();
    assert.ok(profile !== undefined && second !== undefined);
    const threads = new Set(draw(profile).map((line) => line.split(":")[0]));
    assert.ok(threads.has("main"), draw(profile).join("\n"));
    assert.ok(second.sampleCount > 0);
  });

  it("profiles its heap, from the first time it is asked", async () => {
    await processHeapProfile(systemClock, 0);
    const kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: `object ${i}` }));
    const profile = await processHeapProfile(systemClock, 0);
    assert.equal(kept.length, 200_000);
    assert.ok(profile.sampleCount > 0);
    assert.equal(stringAt(profile, profile.sampleTypeName[1] ?? 0), "inuse_space");
  });
});
