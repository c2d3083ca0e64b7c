import assert from "node:assert/strict";
import { it } from "node:test";
import { read, sources } from "./repository.ts";

/** Lists of metrics, which the documents' writer finds by their type. */
const metricList = /^: readonly Metric\[\]/;

it("every exported name is used in another file, or at least in its own", () => {
  const mentions = new Map<string, number>();
  for (const file of sources) {
    // An index passes names on, which is no use of them.
    if (file.endsWith("/index.ts")) continue;
    for (const [word] of read(file).matchAll(/\w+/g)) mentions.set(word, (mentions.get(word) ?? 0) + 1);
  }
  const unused = sources.flatMap((file) => {
    const text = read(file);
    const declared = text.matchAll(/^export (?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm);
    return [...declared]
      .filter(({ 0: start, 1: name = "", index }) => {
        return mentions.get(name) === 1 && !metricList.test(text.slice(index + start.length));
      })
      .map(([, name]) => `${file}: ${name}`);
  });
  assert.deepEqual(unused, []);
});
