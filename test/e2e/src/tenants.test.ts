import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, ask, flush, readAnswer, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const range = { start: Date.now() - 3_600_000, end: Date.now() + 60_000 };
const merge = { profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds", labelSelector: "{}", ...range };
const values: Readonly<Record<string, number>> = { "team-a": 10, "team-b": 200, anonymous: 3000 };

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create(["-auth.multitenancy-enabled=true"]);
  await server.start();
  for (const [tenant, value] of Object.entries(values)) assert.equal((await push(tenant, value)).status, 200);
});
after(async () => {
  await server.stop();
  server.removeData();
});

async function push(tenant: string | undefined, value: number): Promise<Answer> {
  const body = Uint8Array.from(tinyPprof({ samples: `main ${value}`, timeNanos: BigInt(Date.now()) * 1_000_000n }));
  const headers: Record<string, string> = tenant === undefined ? {} : { "x-scope-orgid": tenant };
  return readAnswer(await fetch(`${server.url}/ingest?name=shop&format=pprof`, { method: "POST", body, headers }));
}

async function totalOf(tenant: string): Promise<string> {
  const answer = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", merge, {
    "x-scope-orgid": tenant,
  });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json["flamegraph"] as { readonly total?: string }).total ?? "0";
}

for (const stage of ["heads", "blocks"]) {
  test(`tenants see their own profiles, and of several what they have together (${stage})`, async () => {
    if (stage === "blocks") await flush(server.url);
    for (const [tenant, value] of Object.entries(values)) assert.equal(await totalOf(tenant), String(value));
    assert.equal(await totalOf("team-b|team-a"), "210");
    assert.equal(await totalOf("team-a|team-a"), "10");
    assert.equal(await totalOf("nobody"), "0");
    const headers = { "x-scope-orgid": "team-a|anonymous" };
    const types = await ask(server.url, "querier.v1.QuerierService/ProfileTypes", range, headers);
    assert.equal((types.json["profileTypes"] as readonly unknown[]).length, 1);
  });
}

test("a query of too many tenants is refused, one of as many as may be is answered", async () => {
  const tenantsOf = (count: number): string => Array.from({ length: count }, (_, i) => `t${i}`).join("|");
  assert.equal(await totalOf(tenantsOf(16)), "0");
  const headers = { "x-scope-orgid": tenantsOf(17) };
  const { status, headers: answered } = await ask(server.url, "querier.v1.QuerierService/LabelNames", range, headers);
  assert.deepEqual([status, answered.get("basalt-error")], [400, "tenants_too_many"]);
});

const refused: readonly [what: string, tenant: string | undefined, status: number, code: string, message: RegExp][] = [
  ["no tenant", undefined, 401, "tenant_missing", /^no org id/],
  ["an empty tenant", "", 401, "tenant_missing", /^no org id/],
  ["a tenant with a slash", "a/b", 400, "tenant_invalid", /a\/b/],
  ["a tenant that is a path", "..", 400, "tenant_invalid", /\.\./],
  ["a tenant too long", "t".repeat(151), 400, "tenant_invalid", /150/],
  ["several tenants", "team-a|team-b", 401, "tenant_multiple", /multiple org IDs present/],
];
for (const [what, tenant, status, code, message] of refused) {
  test(`a push of ${what} is refused`, async () => {
    const answer = await push(tenant, 1);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers.get("basalt-error"), code);
    assert.match(String(answer.json["message"]), message);
  });
}

test("routes without tenants answer without one", async () => {
  for (const path of ["/ready", "/metrics", "/api/v1/status/buildinfo"]) {
    assert.equal((await fetch(`${server.url}${path}`)).status, 200, path);
  }
});
