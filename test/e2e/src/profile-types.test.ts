import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, ask, readAnswer, ServerUnderTest, type TinyProfile, tinyPprof } from "@basalt/test-kit";

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create([]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

const nowMs = Date.now();
const range = { start: nowMs - 3_600_000, end: nowMs + 3_600_000 };

async function ingest(name: string, profile: TinyProfile): Promise<Answer> {
  const body = Uint8Array.from(tinyPprof({ ...profile, timeNanos: BigInt(nowMs) * 1_000_000n }));
  return readAnswer(await fetch(`${server.url}/ingest?format=pprof&name=${name}`, { method: "POST", body }));
}

async function seriesOf(service: string): Promise<unknown> {
  const matchers = [`{service_name="${service}"}`];
  const series = await ask(server.url, "querier.v1.QuerierService/Series", { matchers, labelNames: [], ...range });
  return series.json["labelsSet"] ?? [];
}

const refused: readonly [what: string, profile: TinyProfile, says: RegExp][] = [
  [
    "a sample unit with a colon, beside a good type",
    { samples: "main 1 2", sampleTypes: ["good:count", "c/d:e:f"] },
    /sample unit \\"e:f\\" contains \\":\\"/,
  ],
  [
    "a period unit with a colon",
    { samples: "main 1", periodType: "cpu:e:f" },
    /period unit \\"e:f\\" contains \\":\\"/,
  ],
  [
    "one sample type twice",
    { samples: "main 1 2", sampleTypes: ["cpu:nanoseconds", "cpu:nanoseconds"] },
    /\\"cpu:nanoseconds\\" is there twice/,
  ],
];
for (const [index, [what, profile, says]] of refused.entries()) {
  test(`a profile with ${what} is refused, and nothing of it is stored`, async () => {
    const answer = await ingest(`refused-${index}`, profile);
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.headers.get("basalt-error"), "profile_malformed", answer.text);
    assert.match(answer.text, says);
    assert.deepEqual(await seriesOf(`refused-${index}`), []);
  });
}

test("a Push whose profile name has a colon is refused: it would add a part to the profile type", async () => {
  const labels = [
    { name: "__name__", value: "a:b" },
    { name: "service_name", value: "pushed" },
  ];
  const rawProfile = tinyPprof({ samples: "main 1", timeNanos: BigInt(nowMs) * 1_000_000n }).toString("base64");
  const answer = await ask(server.url, "push.v1.PusherService/Push", {
    series: [{ labels, samples: [{ rawProfile }] }],
  });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.headers.get("basalt-error"), "labels_invalid", answer.text);
  assert.deepEqual(await seriesOf("pushed"), []);
});

test("a profile type with empty parts is listed and merged", async () => {
  const profile = { samples: "main;work 10", sampleTypes: ["cpu:"], periodType: ":" };
  assert.equal((await ingest("empty-parts", profile)).status, 200);
  const types = await ask(server.url, "querier.v1.QuerierService/ProfileTypes", range);
  assert.ok(types.text.includes('"process_cpu:cpu:::"'), types.text);
  const merge = { profileTypeID: "process_cpu:cpu:::", labelSelector: '{service_name="empty-parts"}', ...range };
  const merged = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", merge);
  assert.equal((merged.json["flamegraph"] as { readonly total: string }).total, "10", merged.text);
});
