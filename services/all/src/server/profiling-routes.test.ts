import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { CallContext, HttpRequest } from "@basalt/rpc";
import { systemClock } from "@basalt/runtime";
import { profilingRoutes } from "./profiling-routes.ts";

/** Asks a route, and gives up at once: the profile is short. */
async function ask(path: string, query: string) {
  const route = profilingRoutes(systemClock).find((one) => one.path === path);
  assert.ok(route !== undefined);
  const request = { query: new URLSearchParams(query) } as HttpRequest;
  const controller = new AbortController();
  const answer = route.handle(request, { signal: controller.signal } as CallContext);
  controller.abort();
  return answer;
}

for (const [path, type] of [
  ["/debug/pprof/profile", "cpu"],
  ["/debug/pprof/heap", "inuse_space"],
] as const) {
  test(`${path} answers gzipped pprof`, async () => {
    const { status, headers, body } = await ask(path, "");
    assert.equal(status, 200);
    assert.equal(headers?.["content-type"], "application/octet-stream");
    assert.ok(body instanceof Uint8Array);
    assert.ok(gunzipSync(body).toString("latin1").includes(type));
  });

  for (const seconds of ["0", "-1", "601", "NaN", "x", ""]) {
    test(`${path} refuses seconds=${seconds}`, async () => {
      await assert.rejects(ask(path, `seconds=${seconds}`), { code: "request_malformed" });
    });
  }
}
