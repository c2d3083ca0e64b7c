import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cpuType, Site, sharedSite, textOf } from "./site.ts";

const profilePath = `/profile?query=${encodeURIComponent(`${cpuType}{service_name="svc-00"}`)}`;

describe("what goes wrong", () => {
  let site: Site;
  before(async () => {
    site = await sharedSite();
  });

  it("quotes the server, keeps the old view and asks again", async () => {
    const visit = await site.visit(profilePath);
    const graph = visit.page.getByRole("application", { name: /^Flame graph of \d+ frames/ });
    const before = await graph.getAttribute("aria-label");
    await visit.page.route("**/SelectMergeStacktraces", (route) =>
      route.fulfill({
        status: 429,
        json: { code: "resource_exhausted", message: "too many queries [query_rate_limit]" },
      }),
    );
    await visit.page.keyboard.press("r");
    const notice = visit.page.getByRole("alert");
    await notice.waitFor();
    assert.match(await textOf(notice), /resource_exhausted[\s\S]*too many queries \[query_rate_limit\]/);
    await visit.settled();
    assert.equal(await graph.getAttribute("aria-label"), before);
    await visit.page.unroute("**/SelectMergeStacktraces");
    await visit.page.getByRole("button", { name: "Retry" }).click();
    await notice.waitFor({ state: "detached" });
    visit.complaints.splice(0, 1);
    await visit.end();
  });

  it("says that an answer is partial, and why", async () => {
    const visit = await site.visit("/");
    await visit.page.route("**/SelectMergeStacktraces", async (route) => {
      const response = await route.fetch();
      const headers = {
        ...response.headers(),
        "basalt-partial": "true",
        "basalt-warning": "blocks_missing; 2 blocks, gone",
      };
      await route.fulfill({ response, headers });
    });
    await visit.page.goto(profilePath);
    const notice = visit.page.locator(".notice-warning");
    await notice.waitFor();
    assert.equal((await textOf(notice)).replace(/\s+/g, " "), "partial answer blocks_missing; 2 blocks, gone");
    await visit.end();
  });

  it("says what is wrong with a query and a range", async () => {
    const visit = await site.visit("/profile?query=cpu{a}&from=yesterday");
    assert.match(await textOf(visit.page.getByRole("alert")), /expected =, !=, =~ or !~/);
    await visit.page.goto(`${profilePath}&from=yesterday`);
    assert.match(await textOf(visit.page.getByRole("alert")), /"yesterday" is no time/);
    await visit.end();
  });

  it("says that nothing matches", async () => {
    const visit = await site.visit(`/profile?query=${encodeURIComponent(`${cpuType}{service_name="none"}`)}`);
    await visit.page.getByText("No samples match").waitFor();
    await visit.end();
  });
});

describe("an empty server", () => {
  let site: Site;
  before(async () => {
    site = await Site.start({ isEmpty: true });
  });
  after(() => site.stop());

  it("tells how to send the first profile", async () => {
    const visit = await site.visit("/");
    await visit.page.getByRole("heading", { name: "No profiles yet" }).waitFor();
    for (const client of ["Go", "Node.js", "Python", "Java", "Alloy"]) {
      await visit.page.getByRole("button", { name: client }).first().click();
      assert.ok((await textOf(visit.page.locator("pre"))).includes(site.server.url), client);
    }
    assert.deepEqual(await visit.violations(), []);
    await visit.end();
  });
});
