import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { cpuType, type Site, sharedSite } from "./site.ts";

const query = encodeURIComponent(`${cpuType}{service_name="svc-00"}`);
const other = encodeURIComponent(`${cpuType}{service_name="svc-02"}`);

describe("access", () => {
  let site: Site;
  before(async () => {
    site = await sharedSite();
  });

  const pages: readonly (readonly [string, string])[] = [
    ["services", "/"],
    ["a profile", `/profile?query=${query}&q=runtime`],
    ["two profiles side by side", `/compare?leftQuery=${query}&rightQuery=${other}`],
    ["a difference", `/compare?leftQuery=${query}&rightQuery=${other}&mode=diff`],
  ];
  for (const theme of ["light", "dark"] as const) {
    it(`breaks no rule of axe in the ${theme} theme`, async () => {
      const visit = await site.visit("/", { theme });
      for (const [name, path] of pages) {
        await visit.page.goto(path);
        await visit.page.locator(".card, canvas").first().waitFor();
        assert.deepEqual(await visit.violations(), [], name);
      }
      await visit.page.getByRole("button", { name: "Left: service" }).click();
      assert.deepEqual(await visit.violations(), [], "an open list");
      await visit.page.keyboard.press("Escape");
      await visit.page.getByRole("button", { name: /^Time range/ }).click();
      assert.deepEqual(await visit.violations(), [], "an open range");
      await visit.page.keyboard.press("Escape");
      await visit.page.keyboard.press("?");
      assert.deepEqual(await visit.violations(), [], "the help");
      assert.equal(await visit.page.evaluate(() => document.documentElement.dataset["theme"]), theme);
      await visit.end();
    });
  }

  it("keeps the theme that was chosen", async () => {
    const visit = await site.visit("/", { theme: "dark" });
    await visit.page.getByRole("button", { name: "Theme: system" }).click();
    await visit.page.getByRole("button", { name: "Theme: light" }).waitFor();
    await visit.page.reload();
    assert.equal(await visit.page.evaluate(() => document.documentElement.dataset["theme"]), "light");
    await visit.end();
  });

  it("does everything by keyboard", async () => {
    const visit = await site.visit("/");
    const { keyboard } = visit.page;
    await visit.page.locator(".card").first().waitFor();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    assert.equal(
      await visit.page.evaluate(() => document.activeElement?.id),
      "main",
      "the skip link leads to the content",
    );
    await keyboard.press("g");
    await keyboard.press("p");
    await visit.until((url) => url.pathname === "/profile" && url.searchParams.has("query"));
    await visit.settled();

    await visit.page.getByRole("button", { name: /^Service/ }).focus();
    await keyboard.press("Enter");
    await visit.page.getByRole("combobox").and(visit.page.locator(":focus")).waitFor();
    await keyboard.type("02");
    await keyboard.press("Enter");
    await visit.until((url) => url.searchParams.get("query")?.includes("svc-02") === true);

    await visit.pixels();
    await visit.page.locator(".flame-stage canvas").focus();
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await visit.until((url) => url.searchParams.getAll("focus").length > 0);
    await keyboard.press("Escape");
    await visit.until((url) => !url.searchParams.has("focus"));

    await visit.page.locator(".timeline-box").focus();
    await keyboard.press("ArrowLeft");
    await visit.until((url) => /^\d{13}$/.test(url.searchParams.get("from") ?? ""));

    await visit.page.getByRole("textbox", { name: "Selector" }).fill('{service_name="svc-01", pod="svc-01-0"}');
    await keyboard.press("Enter");
    await visit.until((url) => url.searchParams.get("query")?.includes("svc-01-0") === true);
    await visit.page.getByRole("button", { name: /^Remove filter pod/ }).press("Enter");
    await visit.until((url) => url.searchParams.get("query")?.includes("svc-01-0") === false);

    await keyboard.press("g");
    await keyboard.press("c");
    await visit.until((url) => url.pathname === "/compare");
    await keyboard.press("?");
    await visit.page.getByRole("dialog").waitFor();
    await keyboard.press("Escape");
    await visit.page.getByRole("dialog").waitFor({ state: "detached" });
    await visit.end();
  });
});
