import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { ask, flush, Ledger, ServerUnderTest } from "@basalt/test-kit";

const load = { ticks: 2, tickSeconds: 1200, connections: 8 };

async function withServer(flags: readonly string[], act: (server: ServerUnderTest) => Promise<void>): Promise<void> {
  const server = await ServerUnderTest.create(flags);
  try {
    await act(server);
  } finally {
    await server.kill();
    server.removeData();
  }
}

test("the launcher's process is the server's; SIGTERM under load ends it with 0, and what it took in stays", async () => {
  await withServer([], async (server) => {
    await server.start();
    assert.match(readlinkSync(`/proc/${server.pid}/exe`), /\/node$/);
    assert.match(readFileSync(`/proc/${server.pid}/cmdline`, "utf8"), /services\/all\/dist\/(bundle\/)?main\.js/);
    const ledger = new Ledger(load);
    const { promise: isUnderLoad, resolve } = Promise.withResolvers<void>();
    const pushing = ledger.push(server.url, 900, resolve);
    await Promise.race([isUnderLoad, pushing]);
    const { code, milliseconds } = await server.stop();
    assert.equal(code, 0, server.output);
    assert.ok(milliseconds < 30_000, `${milliseconds} ms`);
    const { accepted, firstError } = await pushing;
    assert.ok(accepted > 0);
    // A server that stops refuses, or is gone.
    assert.match(firstError ?? "0 ", /^0 |^503 /);
    await server.start();
    await ledger.settle(server.url);
    await ledger.check(server.url, "after SIGTERM under load");
    assert.equal((await server.stop()).code, 0);
  });
});

test("SIGTERM while it replays its log ends it with 0, and the next start has everything", async () => {
  // So large a head is not sealed: all is in the log.
  await withServer(["-ingester.head-bytes-max=1GiB", "-log.level=info"], async (server) => {
    await server.start();
    const ledger = new Ledger(load);
    assert.equal((await ledger.push(server.url, 400)).failed, 0);
    await server.kill();
    for (const line of ["starting", "replaying the log"]) {
      server.output = "";
      server.launch();
      await server.hasWritten(new RegExp(`msg="?${line}"?`));
      assert.equal((await server.stop()).code, 0, server.output);
    }
    await server.start();
    await ledger.check(server.url, "after a replay that was stopped");
  });
});

test("another number of workers keeps every row", async () => {
  await withServer([], async (server) => {
    const ledger = new Ledger(load);
    for (const [workers, act] of [
      [1, "kill"],
      [4, "stop"],
      [3, "flush"],
      [2, "kill"],
    ] as const) {
      await server.start({ flags: [`-ingester.workers=${workers}`] });
      // To another shard than the first time.
      await ledger.repeat(server.url, 30);
      assert.equal((await ledger.push(server.url, 90)).failed, 0);
      if (act === "flush") await flush(server.url);
      await ledger.check(server.url, `with ${workers} workers`);
      await server[act === "kill" ? "kill" : "stop"]();
    }
  });
});

test("/flush is open on loopback, and closed to what comes from elsewhere", async () => {
  await withServer([], async (server) => {
    await server.start();
    assert.deepEqual(await post(`${server.url}/flush`), [200, null]);
    for (const header of ["x-forwarded-for", "forwarded", "x-real-ip"]) {
      assert.deepEqual(await post(`${server.url}/flush`, { [header]: "10.0.0.1" }), [403, "admin_only"], header);
    }
    assert.deepEqual(await post(`${server.url}/flush`, { "sec-fetch-site": "cross-site" }), [403, "admin_only"]);
    assert.equal((await fetch(`${server.url}/flush`)).status, 405);
  });
});

for (const [mode, onMain] of [
  ["additional", 200],
  ["exclusive", 403],
] as const) {
  test(`-admin-server.mode=${mode}: the admin listener is open, /flush on the main one answers ${onMain}`, async () => {
    const admin = await ServerUnderTest.create([]);
    const adminPort = new URL(admin.url).port;
    admin.removeData();
    await withServer([`-admin-server.mode=${mode}`, `-admin-server.http-listen-port=${adminPort}`], async (server) => {
      await server.start();
      const adminUrl = `http://localhost:${adminPort}`;
      assert.equal((await post(`${server.url}/flush`))[0], onMain);
      assert.deepEqual(await post(`${adminUrl}/flush`, { "x-forwarded-for": "10.0.0.1" }), [200, null]);
      for (const path of ["/ready", "/metrics"]) assert.equal((await fetch(`${adminUrl}${path}`)).status, 200, path);
      const range = { start: Date.now() - 1000, end: Date.now() };
      assert.equal((await ask(adminUrl, "querier.v1.QuerierService/ProfileTypes", range)).status, 404, "no data there");
    });
  });
}

test("a port that is taken is said so, with status 1", async () => {
  await withServer([], async (server) => {
    await server.start();
    await withServer([`-server.http-listen-port=${new URL(server.url).port}`], async (second) => {
      second.launch();
      assert.equal(await second.exited(), 1);
      assert.match(second.output, /EADDRINUSE/);
    });
  });
});

test("two processes on one data folder: the second refuses", async () => {
  await withServer([], async (server) => {
    await server.start();
    await withServer([`-data.path=${server.dataPath}`], async (second) => {
      second.launch();
      assert.equal(await second.exited(), 1, second.output);
      assert.match(second.output, /-data\.path|in use|locked/);
    });
  });
});

async function post(url: string, headers: Readonly<Record<string, string>> = {}): Promise<[number, string | null]> {
  const response = await fetch(url, { method: "POST", headers });
  await response.arrayBuffer();
  return [response.status, response.headers.get("basalt-error")];
}
