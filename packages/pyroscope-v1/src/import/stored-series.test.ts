import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuType, heapType, v1Series } from "../testing/v1-series.ts";
import { storedSeries } from "./stored-series.ts";

test("series are sorted by service, then labels, and found by their index", () => {
  const indexed = [
    { labels: v1Series(cpuType, "shop"), seriesIndex: 0 },
    { labels: v1Series(heapType, "cart"), seriesIndex: 1 },
    { labels: v1Series(cpuType, "cart", { pod: "b" }), seriesIndex: 9 },
  ];
  const { series, placeOf } = storedSeries(indexed);
  assert.deepEqual(
    series.map(({ service, profileType }) => `${service} ${profileType}`),
    [`cart ${heapType}`, `cart ${cpuType}`, `shop ${cpuType}`],
  );
  assert.deepEqual([...placeOf].sort(), [
    [0, 2],
    [1, 0],
    [9, 1],
  ]);
});

test("labels that are missing are added, and those that steer the other server are left out", () => {
  const given = [
    { name: "service_name", value: "shop" },
    { name: "__name__", value: "wall" },
    { name: "__type__", value: "cpu" },
    { name: "__delta__", value: "false" },
  ];
  const [one] = storedSeries([{ labels: given, seriesIndex: 0 }]).series;
  assert.equal(
    one?.labels.map(({ name, value }) => `${name}=${value}`).join(" "),
    "__name__=wall __period_type__= __period_unit__= __profile_type__=wall:cpu::: __service_name__=shop __type__=cpu " +
      "__unit__= service_name=shop",
  );
});

test("a series without a service has one all the same", () => {
  const labels = v1Series(cpuType, "x").filter(({ name }) => !name.includes("service"));
  assert.equal(storedSeries([{ labels, seriesIndex: 0 }]).series[0]?.service, "unknown_service");
});

test("series that become equal are one", () => {
  const labels = v1Series(cpuType, "shop");
  const { series, placeOf } = storedSeries([
    { labels, seriesIndex: 0 },
    { labels: [...labels, { name: "__delta__", value: "true" }], seriesIndex: 1 },
  ]);
  assert.equal(series.length, 1);
  assert.deepEqual([placeOf.get(0), placeOf.get(1)], [0, 0]);
});

test("a label given twice is refused", () => {
  const twice = [...v1Series(cpuType, "shop"), { name: "pod", value: "a" }, { name: "pod", value: "b" }];
  assert.throws(() => storedSeries([{ labels: twice, seriesIndex: 0 }]), { code: "block_corrupt" });
});

test("a profile type that cannot be taken apart is what its parts say", () => {
  const labels = v1Series(cpuType, "shop").map(({ name, value }) => ({
    name,
    value: name === "__type__" ? "a:b" : name === "__profile_type__" ? value.replace(":cpu:", ":a:b:") : value,
  }));
  const [one] = storedSeries([{ labels, seriesIndex: 0 }]).series;
  assert.equal(one?.profileType, "process_cpu:a:b:nanoseconds:cpu:nanoseconds");
});
