import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { decodeMessage, googleV1 } from "@basalt/rpc";
import { ask, Ledger, ServerUnderTest } from "@basalt/test-kit";

const ledger = new Ledger({ ticks: 4, tickSeconds: 600, connections: 4 });

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create(["-self-profiling.disable-push=false", "-self-profiling.push-interval=1s"]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

test("the process stores profiles of all its threads as the service basalt, with Basalt's own functions in them", async () => {
  let names: readonly string[] = [];
  for (let round = 0; round < 20 && !isWhole(names); round++) {
    assert.equal((await ledger.push(server.url, 90)).failed, 0);
    const answer = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", {
      profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
      labelSelector: '{service_name="basalt"}',
      start: Date.now() - 600_000,
      end: Date.now() + 1000,
    });
    assert.equal(answer.status, 200, answer.text);
    names = (answer.json["flamegraph"] as { readonly names: readonly string[] }).names;
  }
  assert.ok(isWhole(names), `no profile of the port and of decoding among ${names.join(" ").slice(0, 2000)}`);
  const range = { start: Date.now() - 600_000, end: Date.now() + 1000 };
  const threads = await ask(server.url, "querier.v1.QuerierService/LabelValues", {
    ...range,
    name: "thread",
    matchers: ['{service_name="basalt"}'],
  });
  const found = threads.json["names"] as readonly string[];
  assert.ok(found.includes("main") && found.includes("ingest-0"), found.join(" "));
});

/** The main thread's port, and an ingest thread's decoding. */
function isWhole(names: readonly string[]): boolean {
  return names.some((name) => /dispatch|serve/.test(name)) && names.some((name) => /decode/i.test(name));
}

for (const [name, types] of [
  ["profile", ["samples/count", "cpu/nanoseconds"]],
  ["heap", ["inuse_objects/count", "inuse_space/bytes"]],
] as const) {
  test(`/debug/pprof/${name} answers a gzipped pprof, to callers on this machine`, async () => {
    const url = `${server.url}/debug/pprof/${name}`;
    const [response] = await Promise.all([fetch(`${url}?seconds=1`), ledger.push(server.url, 150)]);
    assert.equal(response.status, 200);
    const profile = decodeMessage(googleV1.Profile, "proto", gunzipSync(await response.arrayBuffer()));
    const text = (index: bigint): string => profile.stringTable[Number(index)] ?? "";
    assert.deepEqual(
      profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
      types,
    );
    // Of the heap it tells what outlived the sampling: in a second that may be nothing.
    if (name === "profile") assert.ok(profile.sample.length > 0);
    const refused = await fetch(url, { headers: { "x-forwarded-for": "10.0.0.1" } });
    assert.equal(refused.status, 403, await refused.text());
    const nonsense = await fetch(`${url}?seconds=soon`);
    assert.equal(nonsense.status, 400, await nonsense.text());
  });
}
