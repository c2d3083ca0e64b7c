import assert from "node:assert/strict";
import { test } from "node:test";
import { type CallContext, type HeaderFields, type HttpRequest, textResponse } from "@basalt/rpc";
import { adminRoutes } from "./admin-rule.ts";

/** Asks an admin route of a server that listens as `basalt.internal`; true if it answered. */
async function isLetIn(requestHeaders: HeaderFields, peer = "127.0.0.1"): Promise<boolean> {
  const open = {
    path: "/flush",
    methods: ["POST"],
    tenancy: "none",
    handle: async () => textResponse("done"),
  } as const;
  const [route] = adminRoutes([open], "loopback", "basalt.internal");
  assert.ok(route !== undefined);
  try {
    await route.handle({} as HttpRequest, { facts: { peer, requestHeaders } } as CallContext);
    return true;
  } catch (error) {
    assert.equal((error as { readonly code?: unknown }).code, "admin_only");
    return false;
  }
}

for (const host of [
  "127.0.0.1:4040",
  "127.8.9.1",
  "localhost",
  "LOCALHOST:4040",
  "a.localhost",
  "[::1]:4040",
  "basalt.internal:4040",
]) {
  test(`the machine's own name ${host} is let in, over HTTP/1 and HTTP/2`, async () => {
    assert.ok(await isLetIn({ host }));
    assert.ok(await isLetIn({ ":authority": host }, "::ffff:127.0.0.1"));
  });
}

for (const host of [
  "evil.example:4040",
  "127.0.0.1.evil.example",
  "127.evil.example",
  "localhost.evil.example",
  "10.0.0.1",
  "",
  "[::2]",
  "a b",
]) {
  test(`another name "${host}" is not, though it leads here`, async () => {
    assert.ok(!(await isLetIn({ host })));
    assert.ok(!(await isLetIn({ ":authority": host })));
  });
}

test("a page of the server itself is let in, another site's is not", async () => {
  const host = "localhost:4040";
  assert.ok(await isLetIn({ host, origin: "http://localhost:4040", "sec-fetch-site": "same-origin" }));
  for (const origin of ["http://evil.example", "http://localhost:3000", "null"]) {
    assert.ok(!(await isLetIn({ host, origin })), origin);
  }
  for (const site of ["cross-site", "same-site"]) assert.ok(!(await isLetIn({ host, "sec-fetch-site": site })), site);
});
