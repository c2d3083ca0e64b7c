import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, ask, flush, Ledger, readAnswer, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const hourMs = 3_600_000;

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create([
    "-auth.multitenancy-enabled=true",
    "-ingester.max-global-series-per-tenant=5",
    "-ingester.late-windows-max=1",
    "-distributor.ingestion-rate-limit-mb=0.01",
    "-distributor.ingestion-burst-size-mb=0.05",
    "-ingester.head-bytes-max=4MiB",
  ]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

test("more series than the limit get 429, those that are there go on", async () => {
  for (let pod = 1; pod <= 5; pod++) assert.equal((await push("series", `app{pod=${pod}}`)).status, 200);
  assertLimit(await push("series", "app{pod=6}"), "series_limit_exceeded", "-ingester.max-global-series-per-tenant");
  assert.equal((await push("series", "app{pod=1}")).status, 200);
  // Through Push the same.
  const labels = [
    { name: "__name__", value: "process_cpu" },
    { name: "pod", value: "7" },
  ];
  const batch = { series: [{ labels, samples: [{ rawProfile: profile(Date.now()).toString("base64") }] }] };
  const pushed = await ask(server.url, "push.v1.PusherService/Push", batch, { "x-scope-orgid": "series" });
  assertLimit(pushed, "series_limit_exceeded", "-ingester.max-global-series-per-tenant");
  assert.equal((await push("another", "app{pod=6}")).status, 200, "tenants have limits of their own");
});

test("a second window that was cut already gets 429", async () => {
  const [first, second] = [Date.now() - 2 * hourMs, Date.now() - 4 * hourMs];
  for (const timeMs of [first, second]) assert.equal((await push("late", "app", timeMs)).status, 200);
  await flush(server.url);
  assert.equal((await push("late", "app", first + 1)).status, 200);
  assertLimit(await push("late", "app", second + 1), "late_windows_limit", "-ingester.late-windows-max");
});

test("a tenant over its rate gets 429 and is told when to come again", async () => {
  const large = Array.from({ length: 3000 }, (_, i) => `main;function_${i} ${i + 1}`).join("\n");
  assert.equal((await push("rate", "app", Date.now(), large)).status, 200, "what is admitted is admitted whole");
  const refused = await push("rate", "app", Date.now() + 1);
  assertLimit(refused, "ingestion_rate_limited", "-distributor.ingestion-rate-limit-mb");
  assert.ok(Number(refused.headers.get("retry-after")) > 1, "as long as the debt lasts");
  assert.equal((await push("calm", "app")).status, 200);
});

test("a full head gets 429 or takes all in, and loses nothing", async () => {
  const small = await ServerUnderTest.create(["-ingester.head-bytes-max=4MiB", "-ingester.workers=2"]);
  try {
    await small.start();
    const ledger = new Ledger({ ticks: 1, tickSeconds: 600, connections: 32 });
    const { firstError } = await ledger.push(small.url, 300);
    if (firstError !== undefined) assert.match(firstError, /^429 .*-ingester\.head-bytes-max.*\[head_full\]/);
    await ledger.check(small.url, "what was acknowledged is there");
  } finally {
    await small.stop();
    small.removeData();
  }
});

function assertLimit(answer: Answer, code: string, flag: string): void {
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.json["code"], "resource_exhausted");
  assert.equal(answer.headers.get("basalt-error"), code);
  assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
  assert.ok(answer.text.includes(flag), answer.text);
}

function profile(timeMs: number, samples = "main 1"): Buffer {
  return tinyPprof({ samples, timeNanos: BigInt(timeMs) * 1_000_000n });
}

async function push(tenant: string, name: string, timeMs = Date.now(), samples = "main 1"): Promise<Answer> {
  const url = `${server.url}/ingest?name=${encodeURIComponent(name)}&format=pprof`;
  const body = Uint8Array.from(profile(timeMs, samples));
  return readAnswer(await fetch(url, { method: "POST", body, headers: { "x-scope-orgid": tenant } }));
}
