import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cpuType, sharedSite, textOf, type Visit } from "./site.ts";

const queryOf = (service: string): string => `${cpuType}{service_name="${service}"}`;

describe("comparison", () => {
  let visit: Visit;
  before(async () => {
    const site = await sharedSite();
    const sides = { leftQuery: queryOf("svc-00"), rightQuery: queryOf("svc-01") };
    visit = await site.visit(`/compare?${new URLSearchParams(sides)}`);
  });
  after(() => visit.end());

  it("draws both sides", async () => {
    const [left, right] = [await visit.pixels(0), await visit.pixels(1)];
    assert.notEqual(left, right);
  });

  it("gives each side the range dragged over its own timeline", async () => {
    const box = await visit.page.locator(".side-right .timeline .u-over").boundingBox();
    assert.ok(box);
    await visit.page.mouse.move(box.x + box.width * 0.7, box.y + 20);
    await visit.page.mouse.down();
    await visit.page.mouse.move(box.x + box.width * 0.95, box.y + 20, { steps: 4 });
    await visit.page.mouse.up();
    await visit.until((url) => url.searchParams.has("rightFrom"));
    assert.equal(visit.url.searchParams.has("leftFrom"), false);
  });

  it("tells what changed by sign, not by colour alone", async () => {
    await visit.page.getByRole("button", { name: "Difference" }).click();
    await visit.until((url) => url.searchParams.get("mode") === "diff");
    await visit.pixels();
    assert.equal(await visit.page.locator(".flame-stage canvas").count(), 1);
    const more = await visit.page.locator(".change-more").allTextContents();
    assert.ok(more.length > 0 && more.every((text) => /^\+\d+\.\d\d pp$/.test(text)), more.join());
    await visit.page.getByRole("button", { name: "Self change" }).click();
    await visit.until((url) => url.searchParams.get("sort") === "selfChange");
    await visit.settled();
    const less = await visit.page.locator(".change-less").allTextContents();
    assert.ok(less.length > 0 && less.every((text) => /^-\d+\.\d\d pp$/.test(text)), less.join());
  });

  it("exchanges the sides", async () => {
    const [first] = await visit.tableNames();
    const change = await changeOf(visit, first ?? "");
    const pixels = await visit.pixels();
    await visit.page.getByRole("button", { name: "Swap" }).click();
    await visit.until((url) => url.searchParams.get("leftQuery") === queryOf("svc-01"));
    assert.equal(visit.param("rightQuery"), queryOf("svc-00"));
    assert.notEqual(await visit.pixels(), pixels);
    await visit.page.getByRole("searchbox").fill(first ?? "");
    await visit.until((url) => url.searchParams.has("q"));
    await visit.settled();
    assert.equal(await changeOf(visit, first ?? ""), change.replace(/^-/, "+"));
  });

  it("draws the same pixels after a reload", async () => {
    const sides = { leftFrom: visit.param("leftFrom") ?? "", leftUntil: visit.param("leftUntil") ?? "" };
    assert.match(sides.leftFrom, /^\d{13}$/);
    const fixed = { rightFrom: sides.leftFrom, rightUntil: sides.leftUntil };
    const both = { leftQuery: queryOf("svc-01"), rightQuery: queryOf("svc-00"), mode: "diff" };
    await visit.page.goto(`/compare?${new URLSearchParams({ ...sides, ...fixed, ...both })}`);
    const pixels = await visit.pixels();
    await visit.page.reload();
    assert.equal(await visit.pixels(), pixels);
  });
});

/** What the table says about the change of self of a function. */
async function changeOf(visit: Visit, name: string): Promise<string> {
  const row = visit.page.locator(".functions tbody tr", { has: visit.page.getByRole("button", { name, exact: true }) });
  return await textOf(row.first().locator("td").nth(3));
}
