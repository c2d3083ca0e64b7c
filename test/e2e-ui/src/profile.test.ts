import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cpuType, services, sharedSite, textOf, type Visit } from "./site.ts";

describe("from services to a frame and back", () => {
  let visit: Visit;
  before(async () => {
    const site = await sharedSite();
    visit = await site.visit("/");
  });
  after(() => visit.end());

  it("shows every service with its recent past", async () => {
    const cards = visit.page.locator(".card");
    await cards.nth(services.length - 1).waitFor();
    await visit.settled();
    assert.equal(await cards.count(), services.length);
    assert.match(await textOf(cards.first()), /\d cores/);
    const lines = await visit.page
      .locator(".card .spark-line")
      .evaluateAll((all) => all.map((one) => one.getAttribute("d")));
    assert.ok(lines.every((line) => (line?.length ?? 0) > 20));
  });

  it("finds services by their name, and links to their profiles", async () => {
    await visit.page.keyboard.press("/");
    await visit.page.keyboard.type("VC-01");
    await visit.until((url) => url.searchParams.get("q") === "VC-01");
    await visit.page.locator(".card").nth(1).waitFor({ state: "detached" });
    await visit.page.locator(".card").click();
    await visit.until((url) => url.pathname === "/profile");
    assert.equal(visit.param("query"), `${cpuType}{service_name="svc-01"}`);
    assert.equal(visit.param("q"), null);
    await visit.pixels();
  });

  it("selects the range that is dragged over the timeline", async () => {
    const before = await visit.pixels();
    const box = await visit.page.locator(".timeline .u-over").boundingBox();
    assert.ok(box);
    const { page } = visit;
    await page.mouse.move(box.x + box.width * 0.85, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.97, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await visit.until((url) => /^\d{13}$/.test(url.searchParams.get("from") ?? ""));
    const hours = (Number(visit.param("until")) - Number(visit.param("from"))) / 3_600_000;
    assert.ok(Math.abs(hours - 0.12) < 0.02, `${hours} h of the last hour`);
    assert.notEqual(await visit.pixels(), before);
  });

  it("zooms into the frame that is clicked", async () => {
    await visit.page.getByRole("button", { name: "Total", exact: true }).click();
    await visit.until((url) => url.searchParams.get("sort") === "-total");
    await visit.settled();
    const before = await visit.pixels();
    const frame = await widestFrame(visit);
    await visit.page.mouse.click(frame.x + frame.width / 2, frame.y + frame.height / 2);
    await visit.until((url) => url.searchParams.getAll("focus").at(-1) === frame.name);
    assert.notEqual(await visit.pixels(), before);
    const zoomed = await visit.place(frame.name);
    assert.ok(zoomed !== undefined && zoomed.width > frame.width);
  });

  it("searches frames and functions at once", async () => {
    const entries = await visit.page.evaluate(() => history.length);
    await visit.page.keyboard.press("/");
    await visit.page.keyboard.type("runtime.");
    await visit.until((url) => url.searchParams.get("q") === "runtime.");
    await visit.settled();
    assert.equal(await visit.page.evaluate(() => history.length), entries, "typing makes no history");
    assert.match(await textOf(visit.page.locator(".flame-found")), /\d+ frames found, [\d.]+ %/);
    const names = await visit.tableNames();
    assert.ok(names.length > 3 && names.every((name) => name.toLowerCase().includes("runtime.")), names.join());
    await visit.page.locator("main").focus();
    const focus = visit.url.searchParams.getAll("focus").join();
    await visit.page.keyboard.press("n");
    await visit.until((url) => url.searchParams.getAll("focus").join() !== focus);
    assert.match(visit.url.searchParams.getAll("focus").at(-1) ?? "", /runtime\./);
  });

  it("goes back and forward", async () => {
    const here = visit.url.href;
    const pixels = await visit.pixels();
    await visit.page.goBack();
    await visit.until((url) => !url.searchParams.has("focus"));
    assert.notEqual(await visit.pixels(), pixels);
    await visit.page.goForward();
    await visit.until((url) => url.href === here);
    assert.equal(await visit.pixels(), pixels);
  });

  it("draws the same pixels after a reload", async () => {
    const pixels = await visit.pixels();
    await visit.page.reload();
    assert.equal(await visit.pixels(), pixels);
  });

  it("widens the range by a double click, and keeps what it does not know", async () => {
    const hours = Number(visit.param("until")) - Number(visit.param("from"));
    const from = visit.param("from");
    await visit.page.goto(`${visit.url.href}&later=1`);
    await visit.settled();
    await visit.page.locator(".timeline .u-over").dblclick();
    await visit.until((url) => url.searchParams.get("from") !== from);
    assert.ok(Number(visit.param("until")) - Number(visit.param("from")) > 1.5 * hours);
    assert.equal(visit.param("later"), "1");
  });

  it("fetches in full what is folded away below the zoomed frame", async () => {
    const { page } = visit;
    // The server folds for real: only the number of frames asked for is changed.
    const callSites: string[] = [];
    await page.route("**/SelectMergeStacktraces", async (route) => {
      const request = route.request().postDataJSON();
      callSites.push((request.stackTraceSelector?.callSite ?? []).map((one: { name: string }) => one.name).join(";"));
      await route.continue({ postData: JSON.stringify({ ...request, maxNodes: "60" }) });
    });
    await page.goto(`/profile?query=${encodeURIComponent(`${cpuType}{service_name="svc-01"}`)}&sort=-total`);
    await visit.settled();
    const folded = await frameCount(visit);
    const frame = await widestFrame(visit);
    await page.mouse.click(frame.x + frame.width / 2, frame.y + frame.height / 2);
    await visit.until((url) => url.searchParams.has("focus"));
    const path = visit.url.searchParams.getAll("focus").join(";");
    await page.waitForFunction(
      (count) => Number(/of (\d+) frames/.exec(document.querySelector("canvas[role]")?.ariaLabel ?? "")?.[1]) > count,
      folded,
    );
    assert.ok(callSites.includes(path), callSites.join("\n"));
    await page.unroute("**/SelectMergeStacktraces");
  });
});

/** The widest frame on the canvas of the functions with the largest totals; not one over the whole width. */
async function widestFrame(
  visit: Visit,
): Promise<{ name: string; x: number; y: number; width: number; height: number }> {
  for (const name of await visit.tableNames()) {
    const place = await visit.place(name);
    if (place !== undefined && place.width > 40 && place.width < 500) return { name, ...place };
  }
  throw new Error("no frame of the table is on the canvas");
}

async function frameCount(visit: Visit): Promise<number> {
  const label = await visit.page.locator(".flame-stage canvas").getAttribute("aria-label");
  return Number(/of (\d+) frames/.exec(label ?? "")?.[1]);
}
