import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, ask, flush, Ledger, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const merge = "querier.v1.QuerierService/SelectMergeStacktraces";

/** One limit, and what answers beyond it. */
interface Limit {
  readonly flag: string;
  readonly value: string;
  readonly isCut: boolean;
  readonly status: number;
  readonly rpcCode: string;
  readonly code: string;
}

const limits: readonly Limit[] = [
  {
    flag: "-querier.max-bytes-read",
    value: "16KiB",
    isCut: true,
    status: 429,
    rpcCode: "resource_exhausted",
    code: "query_bytes_limit",
  },
  {
    flag: "-querier.max-memory-bytes",
    value: "64KiB",
    isCut: false,
    status: 429,
    rpcCode: "resource_exhausted",
    code: "query_memory_limit",
  },
  {
    flag: "-querier.max-memory-bytes",
    value: "64KiB",
    isCut: true,
    status: 429,
    rpcCode: "resource_exhausted",
    code: "query_memory_limit",
  },
  {
    flag: "-querier.query-timeout",
    value: "1ms",
    isCut: true,
    status: 504,
    rpcCode: "deadline_exceeded",
    code: "query_timeout",
  },
];

for (const { flag, value, isCut, status, rpcCode, code } of limits) {
  test(`${flag}=${value} over ${isCut ? "blocks" : "heads"}: ${code}, while pushes go on`, async () => {
    await withServer([`${flag}=${value}`], async (server) => {
      const ledger = new Ledger({ ticks: 1, tickSeconds: 600, connections: 4 });
      assert.equal((await ledger.push(server.url, 150)).failed, 0);
      if (isCut) await flush(server.url);
      const questions = Array.from({ length: 20 }, () => askAll(server, merge));
      const [load, ...answers] = await Promise.all([ledger.push(server.url, 60), ...questions]);
      assert.equal(load.failed, 0, load.firstError);
      for (const answer of answers) {
        assert.equal(answer.status, status, answer.text.slice(0, 300));
        assert.equal(answer.json["code"], rpcCode);
        assert.equal(answer.headers.get("basalt-error"), code);
        assert.ok(answer.text.includes(flag), answer.text);
      }
      // A small question fits where a large one does not.
      if (code === "query_timeout") return;
      const small = await askAll(server, "querier.v1.QuerierService/LabelValues", { name: "service_name" });
      assert.equal(small.status, 200, small.text);
    });
  });
}

test("a sum beyond 2^63 is value_overflow, whatever asks for it; parts of it are exact", async () => {
  await withServer([], async (server) => {
    const half = 2n ** 62n;
    for (const pod of ["a", "b"]) assert.equal(await push(server, `app{pod=${pod}}`, `main ${half}`), 200);
    for (const stage of ["head", "block"]) {
      for (const method of ["SelectMergeStacktraces", "SelectSeries", "SelectMergeProfile"]) {
        const answer = await askAll(server, `querier.v1.QuerierService/${method}`, { step: 600 });
        assert.equal(answer.status, 400, `${stage} ${method} ${answer.text}`);
        assert.equal(answer.json["code"], "out_of_range");
        assert.equal(answer.headers.get("basalt-error"), "value_overflow");
      }
      const part = await askAll(server, merge, { labelSelector: '{pod="a"}' });
      assert.equal((part.json["flamegraph"] as { readonly total: string }).total, String(half));
      await flush(server.url);
    }
  });
});

test("a profile whose own sum is beyond 2^63 is refused", async () => {
  await withServer([], async (server) => {
    assert.equal(await push(server, "app", `main ${2n ** 62n}\nother ${2n ** 62n}`), 422);
    const answer = await askAll(server, merge);
    assert.equal((answer.json["flamegraph"] as { readonly total?: string }).total, undefined, "a zero is left out");
  });
});

async function withServer(flags: readonly string[], act: (server: ServerUnderTest) => Promise<void>): Promise<void> {
  const server = await ServerUnderTest.create(flags);
  try {
    await server.start();
    await act(server);
  } finally {
    await server.stop();
    server.removeData();
  }
}

function askAll(server: ServerUnderTest, procedure: string, more: object = {}): Promise<Answer> {
  const range = { start: Date.now() - 3_600_000, end: Date.now() };
  return ask(server.url, procedure, { profileTypeID: cpuType, labelSelector: "{}", ...range, ...more });
}

async function push(server: ServerUnderTest, name: string, samples: string): Promise<number> {
  const body = Uint8Array.from(tinyPprof({ samples, timeNanos: BigInt(Date.now()) * 1_000_000n }));
  const url = `${server.url}/ingest?name=${encodeURIComponent(name)}&format=pprof`;
  return (await fetch(url, { method: "POST", body })).status;
}
