import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlameModel } from "./flame-model.ts";
import { parseFlameGraph } from "./parse.ts";
import { compileSearch, isFound, nextFound, searchModel } from "./search.ts";
import { encodeLevels, randomTree, seededRandom, type TestNode, totalOf } from "./testing/random-flame.ts";

/** Value below found frames, each stack once. */
function foundTotalOf(node: TestNode, test: (name: string) => boolean): number {
  if (test(node.name)) return totalOf(node, 0);
  return node.children.reduce((sum, child) => sum + foundTotalOf(child, test), 0);
}

/** total 10 = a 6 (a 4, b 2) + b 3 + self 1. */
const nested: FlameModel = parseFlameGraph({
  names: ["total", "a", "b"],
  levels: [{ values: [0, 10, 1, 0] }, { values: [1, 6, 0, 1, 0, 3, 3, 2] }, { values: [1, 4, 4, 1, 0, 2, 2, 2] }],
});

describe("searchModel", () => {
  it("does not count frames below found ones again", () => {
    assert.equal(searchModel(nested, "a")?.foundTotal, 6);
    assert.equal(searchModel(nested, "a")?.foundCount, 2);
    assert.equal(searchModel(nested, "b")?.foundTotal, 5);
    assert.equal(searchModel(nested, "/^[ab]$/")?.foundTotal, 9);
  });

  it("counts what walking the tree counts", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const root = randomTree(seededRandom(seed), { sideCount: 1, depthMax: 6 });
      const found = searchModel(parseFlameGraph(encodeLevels(root)), "/f[135]$/");
      assert.equal(
        found?.foundTotal,
        foundTotalOf(root, (name) => /f[135]$/.test(name)),
        `seed ${seed}`,
      );
    }
  });

  it("does not find the root", () => assert.equal(searchModel(nested, "total")?.foundCount, 0));

  it("says why an expression is none", () => {
    const found = searchModel(nested, "/(/");
    assert.equal(found?.foundCount, 0);
    assert.match(found?.error ?? "", /group/i);
  });
});

describe("compileSearch", () => {
  const cases: readonly (readonly [string, string, boolean | undefined])[] = [
    ["", "a", undefined],
    ["  ", "a", undefined],
    ["/", "net/http", true],
    ["MAL", "runtime.mallocgc", true],
    ["a.b", "axb", false],
    ["/a.b/", "axb", true],
    ["/a.b", "axb", false],
    ["/usr/lib", "/usr/lib/x.so", true],
    ["/MAIN/", "main", true],
    ["/MAIN/c", "main", false],
    ["net/http", "net/http.Get", true],
    ["(*conn)", "net/http.(*conn).serve", true],
  ];
  for (const [text, name, found] of cases) {
    it(`"${text}" in "${name}": ${found}`, () => assert.equal(compileSearch(text)?.test(name), found));
  }
});

describe("nextFound", () => {
  it("goes round both ways", () => {
    const search = searchModel(nested, "b") ?? assert.fail();
    const found = [0, 1, 2, 3, 4].filter((node) => isFound(search, node, node));
    assert.deepEqual(found, [2, 4]);
    assert.deepEqual([nextFound(search, 0, 1), nextFound(search, 2, 1), nextFound(search, 4, 1)], [2, 4, 2]);
    assert.deepEqual([nextFound(search, 0, -1), nextFound(search, 4, -1), nextFound(search, 2, -1)], [4, 2, 4]);
  });
  it("is nowhere if nothing was found", () => {
    assert.equal(nextFound(searchModel(nested, "zzz") ?? assert.fail(), 0, 1), -1);
  });
});
