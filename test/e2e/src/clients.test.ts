import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, flush, readRecorded, replay, repositoryRoot, ServerUnderTest } from "@basalt/test-kit";

let server: ServerUnderTest;
before(async () => {
  // Each recorded push gets a tenant of its own, so that sums of the same service do not mix.
  server = await ServerUnderTest.create(["-auth.multitenancy-enabled=true"]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

const pushes = readRecorded(join(repositoryRoot, "test/fixtures/clients")).filter(
  ({ path }) => path === "/ingest" || path.endsWith("/Push"),
);
const range = { start: Date.UTC(2026, 10, 1), end: Date.now() + 3_600_000 };

for (const [index, recorded] of pushes.entries()) {
  test(`${recorded.name} is stored with the sums that other decoders found`, async () => {
    const tenant = { "x-scope-orgid": `client-${index}` };
    const answer = await replay(server.url, recorded, tenant);
    assert.equal(answer.status, 200, answer.body.toString("utf8", 0, 400));
    assert.equal(answer.grpcStatus, 0);
    assert.deepEqual(await storedTotals(tenant), expected(recorded.totals));
    // The same again: a client that retries after a lost answer counts once.
    await replay(server.url, recorded, tenant);
    assert.deepEqual(await storedTotals(tenant), expected(recorded.totals), "after a retry");
  });
}

test("the sums hold after the heads were cut", async () => {
  await flush(server.url);
  for (const [index, recorded] of pushes.entries()) {
    assert.deepEqual(
      await storedTotals({ "x-scope-orgid": `client-${index}` }),
      expected(recorded.totals),
      recorded.name,
    );
  }
});

/** Types whose sum is 0 leave no trace. */
function expected(totals: ReadonlyMap<string, bigint>): Record<string, string> {
  const kept = [...totals].filter(([, total]) => total !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.map(([type, total]) => [type, String(total)]));
}

async function storedTotals(tenant: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const types = await ask(server.url, "querier.v1.QuerierService/ProfileTypes", range, tenant);
  assert.equal(types.status, 200, types.text);
  const totals: Record<string, string> = {};
  for (const type of (types.json["profileTypes"] ?? []) as readonly ProfileTypeAnswer[]) {
    const merged = await ask(
      server.url,
      "querier.v1.QuerierService/SelectMergeStacktraces",
      { profileTypeID: type.ID, labelSelector: "{}", ...range },
      tenant,
    );
    assert.equal(merged.status, 200, merged.text);
    totals[`${type.sampleType}:${type.sampleUnit}`] = (merged.json["flamegraph"] as { readonly total: string }).total;
  }
  return Object.fromEntries(Object.entries(totals).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface ProfileTypeAnswer {
  readonly ID: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
}
