import assert from "node:assert/strict";
import { globSync, statSync, truncateSync } from "node:fs";
import { after, before, test } from "node:test";
import { ServerUnderTest, tinyPprof } from "@basalt/test-kit";

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create(["-ingester.workers=1"]);
});
after(async () => {
  await server.stop();
  server.removeData();
});

async function tornTails(): Promise<string | undefined> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return /^basalt_ingester_wal_torn_tails_total (\d+)$/m.exec(text)?.[1];
}

test("a log that was cut off at its end is told of by a warning with its bytes and a counter, once", async () => {
  await server.start();
  for (const app of ["first", "last"]) {
    const body = Uint8Array.from(tinyPprof({ samples: "main;work 1", timeNanos: BigInt(Date.now()) * 1_000_000n }));
    const answer = await fetch(`${server.url}/ingest?name=${app}&format=pprof`, { method: "POST", body });
    assert.equal(answer.status, 200);
  }
  assert.equal(await tornTails(), "0");
  await server.kill();

  const [log, ...others] = globSync(`${server.dataPath}/**/*.wal`);
  assert.ok(log !== undefined && others.length === 0, `${log} ${others}`);
  truncateSync(log, statSync(log).size - 3);
  await server.start();
  assert.match(
    server.output,
    /level=warn msg="cut the torn end off a write-ahead log: .*" shard=0 folder=\S+ bytes=[1-9]\d+/,
  );
  assert.equal(await tornTails(), "1");

  await server.kill();
  server.output = "";
  await server.start();
  assert.equal(await tornTails(), "0", "it is whole again");
  assert.doesNotMatch(server.output, /torn/);
});
