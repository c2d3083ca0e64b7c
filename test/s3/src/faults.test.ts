import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  type Bucket,
  type HedgeResult,
  hedgedBucket,
  prefixBucket,
  Retrier,
  retryBucket,
  S3Bucket,
} from "@basalt/bucket";
import { systemClock, systemRandom } from "@basalt/runtime";
import { FaultProxy, type ProxiedRequest, type ProxyFault, type S3Server, slowDown, startS3 } from "@basalt/test-kit";
import { s3BucketOf, settingsOf } from "./s3-bucket-of.ts";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

const partBytes = 5 * 2 ** 20;
const lostAnswer: ProxyFault = { kind: "lose" };
const internalError: ProxyFault = { kind: "lie", status: 500, code: "InternalError" };

let server: S3Server;
let proxy: FaultProxy;
/** Without retries, and with them; behind the proxy. */
let plain: S3Bucket;
let bucket: Bucket;
let retries: string[] = [];

before(async () => {
  server = await startS3();
  proxy = await FaultProxy.start(server.url);
  const settings = settingsOf(server, { endpoint: proxy.url, timeoutMs: 300 });
  plain = new S3Bucket({ settings, clock: systemClock });
  const onRetry = (reason: string): void => void retries.push(reason);
  const { run } = new Retrier({ clock: systemClock, random: systemRandom, onRetry, delayMs: 2 });
  bucket = retryBucket(new S3Bucket({ settings, clock: systemClock, retry: run }), run);
});
afterEach(() => {
  proxy.fault = () => undefined;
  retries = [];
});
after(async () => {
  await plain.close();
  await proxy.stop();
  await server.stop();
});

/** The fault for the first request only, of those that meet a condition. */
function once(fault: ProxyFault, meets: (request: ProxiedRequest) => boolean = () => true): void {
  let isDone = false;
  proxy.fault = (request) => {
    if (isDone || !meets(request)) return undefined;
    isDone = true;
    return fault;
  };
}

const passing: readonly [string, ProxyFault, string][] = [
  ["503 SlowDown", slowDown, "slow_down"],
  ["500", { kind: "answer", status: 500, code: "InternalError" }, "answer"],
  ["409 in a race", { kind: "answer", status: 409, code: "ConditionalRequestConflict" }, "answer"],
  ["a connection that breaks off", { kind: "lose" }, "connection"],
  ["a body that breaks off", { kind: "cut", afterBytes: 70_000 }, "connection"],
  ["no answer", { kind: "stall" }, "timeout"],
];

for (const [name, fault, reason] of passing) {
  test(`${name} fails one attempt and is overcome by the next`, async () => {
    const content = new Uint8Array(300_000).fill(7);
    await plain.put("k", content);
    once(fault);
    await assert.rejects(plain.get("k"), { code: "storage_unavailable", details: { reason } });
    once(fault);
    assert.equal(Buffer.compare(await bucket.get("k"), content), 0);
    once(fault);
    assert.equal((await bucket.getRange("k", { offset: 100, length: 200_000 })).length, 200_000);
    assert.deepEqual(retries, [reason, reason]);
  });
}

test("Retry-After and the error's code reach the caller when the storage never gets better", async () => {
  proxy.fault = () => ({ kind: "answer", status: 503, code: "SlowDown", retryAfterSeconds: 17 });
  await assert.rejects(plain.put("k", bytes("x")), { code: "storage_unavailable", retryAfterSeconds: 17 });
});

test("a write that was done and answered with 500 counts as done, under its condition, too", async () => {
  const isPut = ({ method }: ProxiedRequest): boolean => method === "PUT";
  for (const fault of [internalError, lostAnswer]) {
    const inner = prefixBucket(bucket, `lied-${fault.kind}`);
    once(fault, isPut);
    assert.equal(await inner.putIfAbsent("created", bytes("mine")), true);
    assert.equal(await inner.putIfAbsent("created", bytes("other")), false);
    const version = (await inner.attributes("created"))?.version ?? "";
    once(fault, isPut);
    assert.equal(await inner.putIfVersion("created", bytes("swapped"), version), true);
    assert.equal(await inner.putIfVersion("created", bytes("again"), version), false);
    assert.equal(text(await inner.get("created")), "swapped");
    once(fault, isPut);
    await inner.put("created", bytes("put"));
    assert.equal(text(await inner.get("created")), "put");
  }
});

test("a write that lost its race after an answer was lost is not taken for done", async () => {
  await plain.delete("contested");
  const direct = s3BucketOf(server);
  once({ kind: "answer", status: 500, code: "InternalError" }, ({ method }) => method === "PUT");
  assert.equal(await direct.putIfAbsent("contested", bytes("theirs")), true);
  assert.equal(await bucket.putIfAbsent("contested", bytes("mine!!")), false);
  assert.deepEqual(retries, ["answer"]);
  assert.equal(text(await bucket.get("contested")), "theirs");
  await direct.close();
});

test("every request of a large upload may fail once, before or after it was done", async () => {
  const content = new Uint8Array(partBytes + 5000).map((_, i) => i % 251);
  const upload = async (key: string): Promise<void> => {
    const writer = await bucket.create(key);
    for (let at = 0; at < content.length; at += 1_000_000) await writer.append(content.subarray(at, at + 1_000_000));
    await writer.finish();
  };
  const faults: readonly ProxyFault[] = [slowDown, internalError, lostAnswer];
  // Begin, two parts, complete.
  for (let failing = 1; failing <= 4; failing++) {
    for (const fault of faults) {
      const key: string = `upload/${failing}-${fault.kind}`;
      const first = proxy.requestCount;
      proxy.fault = ({ index }) => (index === first + failing ? fault : undefined);
      await upload(key);
      assert.equal(Buffer.compare(await plain.get(key), content), 0, key);
    }
  }
});

test("a writer is held back while parts are under way: it holds three", async () => {
  const writer = await plain.create("held-back");
  let stalled = 0;
  const bothStalled = Promise.withResolvers<void>();
  proxy.fault = ({ path }) => {
    if (!path.includes("partNumber")) return undefined;
    if (++stalled === 2) bothStalled.resolve();
    return { kind: "stall" };
  };
  let appended = 0;
  const append = async (): Promise<void> => {
    for (; appended < 8; appended++) await writer.append(new Uint8Array(partBytes));
  };
  const appending = append();
  await bothStalled.promise;
  await assert.rejects(appending, { code: "storage_unavailable" });
  assert.equal(appended, 2, "the third part waits for one of the two before it");
  assert.equal(stalled, 2);
  proxy.fault = () => undefined;
  await writer.abort();
});

test("a late range is asked for again, and the first answer counts", async () => {
  await plain.put("late", bytes("0123456789"));
  const results: HedgeResult[] = [];
  const onHedge = (result: HedgeResult): void => void results.push(result);
  const hedged = hedgedBucket(plain, { clock: systemClock, delayMs: 30, onHedge });
  once({ kind: "stall" });
  assert.equal(text(await hedged.getRange("late", { offset: 2, length: 3 })), "234");
  assert.deepEqual(results, ["won"]);
  assert.equal(text(await hedged.getRange("late", { offset: 5, length: 3 })), "567");
  assert.deepEqual(results, ["won"], "what is in time is asked for once");
});

test("a stale listing is what the proxy plays, for those who must bear it", async () => {
  const inner = prefixBucket(plain, "stale");
  await inner.put("a", bytes("1"));
  assert.deepEqual((await inner.list({ prefix: "", mode: "keys" })).names, ["a"]);
  await inner.put("b", bytes("1"));
  proxy.fault = ({ path }) => (path.includes("list-type=2") ? { kind: "stale" } : undefined);
  assert.deepEqual((await inner.list({ prefix: "", mode: "keys" })).names, ["a"]);
  proxy.fault = () => undefined;
  assert.deepEqual((await inner.list({ prefix: "", mode: "keys" })).names, ["a", "b"]);
});
