import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseUrl, printUrl, sideOf, type ViewState } from "./url.ts";

function roundTrip(state: ViewState): ViewState {
  const url = new URL(printUrl(state), "http://basalt.test");
  return parseUrl(url.pathname, url.search);
}

describe("parseUrl", () => {
  it("gives the last hour of everything for the bare address", () => {
    const state = parseUrl("/", "");
    assert.equal(state.page, "services");
    assert.deepEqual(state.main, { query: "", from: "now-1h", until: "now" });
    assert.equal(printUrl(state), "/");
  });
  it("reads the names of other versions of the pages", () => {
    const pages = ["/profile", "/explore", "/compare/", "/comparison-diff", "/anything"].map(
      (path) => parseUrl(path, "").page,
    );
    assert.deepEqual(pages, ["profile", "profile", "compare", "compare", "services"]);
  });
  it("takes the default for what makes no sense", () => {
    const state = parseUrl("/profile", "?view=x&mode=y");
    assert.deepEqual([state.view, state.mode], ["both", "side"]);
  });
  it("lets both sides of a comparison inherit", () => {
    const state = parseUrl("/compare", "?query=a{}&from=1&until=2&rightFrom=3");
    assert.deepEqual(sideOf(state, "left"), { query: "a{}", from: "1", until: "2" });
    assert.deepEqual(sideOf(state, "right"), { query: "a{}", from: "3", until: "2" });
  });
});

describe("printUrl", () => {
  const base = parseUrl("/profile", "");
  const cases: readonly (readonly [string, Partial<ViewState>])[] = [
    ["the bare page", {}],
    ["a query with quotes", { main: { query: 'cpu:a:b:c:d{x="1 & 2", y=~"a|b+"}', from: "now-6h", until: "now" } }],
    ["frames with any character", { focus: ["main.main", "operator<<(a&, b)", "a;b~c", "π/…#?", " "] }],
    ["search and order", { q: "/foo+bar/", sort: "name", view: "table" }],
    [
      "a comparison",
      {
        page: "compare",
        mode: "diff",
        left: { query: "l{}", from: "1", until: "2" },
        right: { from: "3" },
      },
    ],
    [
      "what it does not know",
      {
        unknown: [
          ["tenant", "a b"],
          ["tenant", "c"],
          ["x", ""],
        ],
      },
    ],
  ];
  for (const [rule, change] of cases) {
    it(`keeps ${rule}`, () => {
      const state: ViewState = { ...base, ...change };
      assert.deepEqual(roundTrip(state), state);
    });
  }
  it("keeps queries readable", () => {
    const main = { query: 'cpu:a:b:c:d{s="x/y"}', from: "now-1h", until: "now" };
    const url = printUrl({ ...base, main });
    assert.equal(url, "/profile?query=cpu:a:b:c:d{s%3D%22x/y%22}&from=now-1h&until=now");
  });
});
