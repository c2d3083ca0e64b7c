import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { flush, mergedTotal, readAnswer, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const stacksPerProfile = 150;
const flushCount = 8;
const pushers = 4;
const askers = 3;

let server: ServerUnderTest;
before(async () => {
  // A head that seals every few hundred pushes.
  server = await ServerUnderTest.create(["-ingester.head-bytes-max=4MiB"]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

/** What was sent and what was acknowledged, in values. */
const sums = { sent: 0n, acknowledged: 0n };
let isOver = false;

test("an answer holds what was acknowledged before the question, and never a row twice, while heads are sealed and cut", async () => {
  let askedCount = 0;
  const pushing = Array.from({ length: pushers }, (_, pusher) => pushOn(pusher));
  const asking = Array.from({ length: askers }, async () => {
    while (!isOver) {
      const least = sums.acknowledged;
      const total = await askTotal();
      assert.ok(total >= least, `${total} of ${least} that were acknowledged before`);
      assert.ok(total <= sums.sent, `${total} of ${sums.sent} that were sent by now`);
      askedCount++;
    }
  });
  const cutting = async (): Promise<void> => {
    for (let i = 0; i < flushCount; i++) await flush(server.url);
  };
  await Promise.race([cutting(), ...asking, ...pushing]);
  isOver = true;
  await Promise.all([...asking, ...pushing]);
  assert.ok(askedCount > flushCount, `${askedCount} questions`);
  assert.equal(await askTotal(), sums.acknowledged);
  await flush(server.url);
  assert.equal(await askTotal(), sums.acknowledged, "after everything was cut");
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const count = (name: string): number =>
    Number(new RegExp(`^${name}\\{status="success"\\} (\\d+)`, "m").exec(metrics)?.[1]);
  assert.ok(count("pyroscope_head_flushed_blocks_total") >= flushCount / 2, metrics);
  assert.match(metrics, /^basalt_ingester_snapshot_leases 0$/m, "no query keeps segments beyond its end");
});

function askTotal(): Promise<bigint> {
  const range = { start: Date.now() - 3_600_000, end: Date.now() + 3_600_000 };
  return mergedTotal(server.url, { profileTypeID: cpuType, labelSelector: "{}", ...range });
}

/** Pushes profiles of four windows, one service a pusher. */
async function pushOn(pusher: number): Promise<void> {
  for (let round = 0; !isOver; round++) {
    const samples = Array.from(
      { length: stacksPerProfile },
      (_, i) => `main;handle${i};work${(round * 7 + i) % 900} ${i + 1}`,
    );
    const timeMs = Date.now() - (round % 4) * 800_000;
    const body = Uint8Array.from(
      tinyPprof({ samples: samples.join("\n"), timeNanos: BigInt(timeMs) * 1_000_000n + BigInt(round) }),
    );
    const value = BigInt((stacksPerProfile * (stacksPerProfile + 1)) / 2);
    sums.sent += value;
    const url = `${server.url}/ingest?format=pprof&name=service-${pusher}`;
    const answer = await readAnswer(await fetch(url, { method: "POST", body }));
    if (answer.status === 429) sums.sent -= value;
    else assert.equal(answer.status, 200, answer.text);
    if (answer.status === 200) sums.acknowledged += value;
  }
}
