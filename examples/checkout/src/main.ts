/**
 * A shop's checkout under the stock Pyroscope SDK. Every two minutes it "deploys": version 1.4.0 looks discounts up in a
 * map, version 1.5.0 scans a list for each item. The flame graphs of the two, compared by the label `version`, show it.
 *
 *   BASALT_URL=http://127.0.0.1:4040 node src/main.ts
 */
import Pyroscope from "@pyroscope/nodejs";
import { type Discount, discountsBySku, findDiscountByScan, makeDiscounts, priceBasket } from "./basket.ts";

const deployEveryMs = 120_000;
const restMs = 40;

Pyroscope.init({
  appName: "checkout",
  serverAddress: process.env["BASALT_URL"] ?? "http://127.0.0.1:4040",
  flushIntervalMs: 10_000,
  tags: { region: "eu-west" },
  wall: { samplingDurationMs: 10_000, collectCpuTime: true },
  heap: { samplingIntervalBytes: 128 * 1024 },
});
Pyroscope.startWallProfiling();
Pyroscope.startHeapProfiling();

const discounts: readonly Discount[] = makeDiscounts(4_000);
const bySku = discountsBySku(discounts);
const started = Date.now();

function serveBaskets(): void {
  const isSlow = Math.floor((Date.now() - started) / deployEveryMs) % 2 === 1;
  const version = isSlow ? "1.5.0" : "1.4.0";
  Pyroscope.wrapWithLabels({ version }, () => {
    const find = isSlow ? (sku: number) => findDiscountByScan(discounts, sku) : (sku: number) => bySku.get(sku);
    for (let basket = 0; basket < 12; basket++) priceBasket(basket, find);
  });
  setTimeout(serveBaskets, restMs);
}

process.once("SIGTERM", () => process.exit(0));
process.once("SIGINT", () => process.exit(0));
serveBaskets();
