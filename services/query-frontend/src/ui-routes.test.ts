import assert from "node:assert/strict";
import { request } from "node:http";
import { after, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { createServer } from "@basalt/rpc";
import type { FileSystem } from "@basalt/runtime";
import { MemoryDisk, seededRandom, systemClock } from "@basalt/runtime";
import { loadUiAssets } from "./ui-assets.ts";
import { uiRoutes } from "./ui-routes.ts";

const text = new TextEncoder();
const script = text.encode("console.log(1);".repeat(100));

async function diskWith(files: Record<string, Uint8Array>): Promise<FileSystem> {
  const disk = new MemoryDisk(seededRandom(1)).mount();
  for (const [path, bytes] of Object.entries(files)) {
    await disk.makeFolder(path.slice(0, path.lastIndexOf("/")));
    await disk.writeFileAtomic(path, bytes);
  }
  return disk;
}

const disk = await diskWith({
  "/ui/index.html": text.encode("<!doctype html><title>Basalt</title>"),
  "/ui/favicon.svg": text.encode("<svg/>"),
  "/ui/secret.key": text.encode("key"),
  "/ui/assets/main-3f2a91bc.js": script,
  "/ui/assets/main-3f2a91bc.js.br": brotliCompressSync(script),
});
const server = createServer({ clock: systemClock, routes: uiRoutes(await loadUiAssets(disk, "/ui")) });
const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.stop(0));

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

for (const path of ["/", "/profile", "/compare?x=1", "/explore", "/comparison", "/comparison-diff"]) {
  test(`${path} is a page of the app`, async () => {
    const { status, headers, body } = await get(path);
    assert.equal(status, 200);
    assert.match(body.toString(), /<title>Basalt/);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe/);
    assert.equal(headers["cache-control"], "no-cache");
    assert.equal(headers["x-content-type-options"], "nosniff");
  });
}

test("hashed files are sent as they were compressed, and kept for ever", async () => {
  const path = "/assets/main-3f2a91bc.js";
  const compressed = await get(path, { "accept-encoding": "gzip, br" });
  assert.equal(compressed.headers["content-encoding"], "br");
  assert.deepEqual(compressed.body, brotliCompressSync(script));
  assert.match(String(compressed.headers["cache-control"]), /immutable/);
  const plain = await get(path, { "accept-encoding": "br;q=0" });
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.deepEqual(new Uint8Array(plain.body), script);
  assert.equal(plain.headers["content-type"], "text/javascript; charset=utf-8");
});

test("what a browser has already is not sent again", async () => {
  const { headers } = await get("/");
  const again = await get("/", { "if-none-match": `W/${headers["etag"]}, "other"` });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
});

test("files at the root are there, foreign and missing ones are not", async () => {
  assert.equal((await get("/favicon.svg")).headers["content-type"], "image/svg+xml");
  for (const path of ["/secret.key", "/assets/none.js", "/nowhere", "/assets/../index.html", "/main-3f2a91bc.js"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get("/ui/old")).status, 302);
});

test("without a built app its pages are not found", async () => {
  const assets = await loadUiAssets(await diskWith({}), "/nothing");
  assert.equal(assets.size, 0);
  const [home] = uiRoutes(assets);
  const request = { method: "GET", path: "/", query: new URLSearchParams(), headers: {}, body: new Uint8Array(0) };
  assert.equal((await home?.handle(request, undefined as never))?.status, 404);
});
