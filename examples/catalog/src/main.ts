/**
 * A shop's catalog under the stock Pyroscope SDK: it searches products and renders pages, with a cache that grows and is
 * thrown away, so that its heap profile lives too.
 *
 *   BASALT_URL=http://127.0.0.1:4040 node src/main.ts
 */
import Pyroscope from "@pyroscope/nodejs";
import { makeProducts, PageCache, renderPage, search } from "./pages.ts";

const restMs = 50;

Pyroscope.init({
  appName: "catalog",
  serverAddress: process.env["BASALT_URL"] ?? "http://127.0.0.1:4040",
  flushIntervalMs: 10_000,
  tags: { region: "eu-west" },
  wall: { samplingDurationMs: 10_000, collectCpuTime: true },
  heap: { samplingIntervalBytes: 128 * 1024 },
});
Pyroscope.startWallProfiling();
Pyroscope.startHeapProfiling();

const products = makeProducts(6_000);
const cache = new PageCache(400);
let request = 0;

function serve(): void {
  request++;
  const page = request % 3 === 0 ? "detail" : "list";
  Pyroscope.wrapWithLabels({ page }, () => {
    const found = search(products, `item ${request % 100}`);
    cache.put(`${page}/${request}`, renderPage(page, found));
  });
  setTimeout(serve, restMs);
}

process.once("SIGTERM", () => process.exit(0));
process.once("SIGINT", () => process.exit(0));
serve();
