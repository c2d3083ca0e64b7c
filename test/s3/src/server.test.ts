import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { flush, Ledger, pushedTotals, type S3Server, ServerUnderTest, startS3, storedTotals } from "@basalt/test-kit";

/** One push of each series of the corpus, over three windows. */
const ledger = new Ledger({ ticks: 1, tickSeconds: 1800, connections: 8 });
const endMs = Date.now() + 60_000;
const range = { start: endMs - 3_600_000, end: endMs };

let storage: S3Server;
let server: ServerUnderTest;

before(async () => {
  storage = await startS3();
  server = await ServerUnderTest.create([...storage.flags(), "-ingester.workers=2", "-storage.prefix=team/basalt"]);
});
after(async () => {
  await server.stop();
  server.removeData();
  await storage.stop();
});

test("what is pushed and cut lies in S3, and answers are what was pushed", async () => {
  await server.start();
  assert.equal((await ledger.push(server.url, ledger.pending.length)).failed, 0);
  assert.deepEqual(await storedTotals(server.url, range), pushedTotals(ledger.acknowledged), "in heads");
  await flush(server.url);
  assert.deepEqual(await storedTotals(server.url, range), pushedTotals(ledger.acknowledged), "in S3");
  assert.ok(existsSync(join(storage.folder, storage.bucketName, "team/basalt/anonymous/blocks")));
  assert.ok(!existsSync(join(server.dataPath, "bucket")), "no block lies in the data folder");
});

test("a server that has lost its disk answers all of it from S3", async () => {
  assert.equal((await server.stop()).code, 0);
  rmSync(server.dataPath, { recursive: true });
  mkdirSync(server.dataPath);
  await server.start();
  assert.deepEqual(await storedTotals(server.url, range), pushedTotals(ledger.acknowledged));
});

test("metrics tell of requests to the storage and of the cache of their answers, from all threads", async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const value = (series: string): number =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(series))
        ?.split(" ")
        .at(-1),
    );
  const reads = value('objstore_bucket_operations_total{bucket="storage",operation="get_range"}');
  assert.ok(reads > 0, text);
  assert.equal(
    value('objstore_bucket_operation_duration_seconds_bucket{bucket="storage",operation="get_range",le="+Inf"}'),
    reads,
  );
  assert.equal(value('objstore_bucket_operation_failures_total{bucket="storage",operation="get_range"}'), 0);
  assert.ok(value('basalt_bucket_bytes_total{bucket="storage",operation="get_range"}') > 1000);
  assert.ok(value('basalt_cache_bytes{cache="bucket-memory"}') > 0, text);
});

test("a server starts while the storage is away, and answers when it is back", async () => {
  assert.equal((await server.stop()).code, 0);
  await storage.pause();
  await server.start();
  await storage.resume();
  assert.deepEqual(await storedTotals(server.url, range), pushedTotals(ledger.acknowledged));
});

test("what is pushed into open windows while the storage is away is kept, and uploaded when it is back", async () => {
  const later = new Ledger({ ticks: 1, tickSeconds: 60, connections: 8 });
  assert.equal((await later.push(server.url, 40)).failed, 0);
  await storage.pause();
  assert.equal((await later.push(server.url, 40)).failed, 0);
  const refused = await fetch(`${server.url}/flush`, { method: "POST" });
  await refused.arrayBuffer();
  assert.equal(refused.ok, false);
  await storage.resume();
  await flush(server.url);
  assert.equal(later.acknowledged.length, 80);
  const all = pushedTotals([...ledger.acknowledged, ...later.acknowledged]);
  assert.deepEqual(await storedTotals(server.url, range), all);
});

test("a bucket that does not exist, a key that is wrong and settings that contradict each other stop a start", async () => {
  const cases = [
    ["storage_bucket_missing", "-storage.s3.bucket-name=no-such-bucket"],
    ["storage_denied", "-storage.s3.secret-access-key=wrong"],
    ["config_invalid", "-storage.s3.secret-access-key="],
  ] as const;
  for (const [code, flag] of cases) {
    const wrong = await ServerUnderTest.create([...storage.flags(), flag]);
    wrong.launch();
    assert.equal(await wrong.exited(), 1, flag);
    assert.match(wrong.output, new RegExp(`${code}|needs|go together`), flag);
    wrong.removeData();
  }
});
