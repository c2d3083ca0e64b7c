import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { flush, readRecorded, replay, repositoryRoot, ServerUnderTest, storedTotals, totalsOf } from "@basalt/test-kit";

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
    assert.deepEqual(await storedTotals(server.url, range, tenant), totalsOf(recorded.totals));
    // The same again: a client that retries after a lost answer counts once.
    await replay(server.url, recorded, tenant);
    assert.deepEqual(await storedTotals(server.url, range, tenant), totalsOf(recorded.totals), "after a retry");
  });
}

test("the sums hold after the heads were cut", async () => {
  await flush(server.url);
  for (const [index, recorded] of pushes.entries()) {
    const tenant = { "x-scope-orgid": `client-${index}` };
    assert.deepEqual(await storedTotals(server.url, range, tenant), totalsOf(recorded.totals), recorded.name);
  }
});
