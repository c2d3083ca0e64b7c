import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProducerId } from "@basalt/model";
import { type Holding, unsettledWindows } from "./settled.ts";

/** `A 0-15 api,web`: a producer, a window in minutes, services; `*` = any. */
function holding(text: string): Holding {
  const [producer = "", window = "", services = ""] = text.split(" ");
  const [start = "0", end = "0"] = window.split("-");
  return {
    producer: producer as ProducerId,
    window: { start: BigInt(start), end: BigInt(end) },
    services: services === "*" ? undefined : services.split(","),
  };
}

const cases: readonly [name: string, holdings: readonly string[], unsettled: readonly string[]][] = [
  ["one producer is settled, in however many places", ["A 0-15 api", "A 0-15 api", "A 0-60 api", "A 0-15 *"], []],
  ["two producers of one service and window are not", ["A 0-15 api", "B 0-15 api"], ["api 0-15"]],
  ["of other services they are", ["A 0-15 api", "B 0-15 web"], []],
  ["in other windows they are", ["A 0-15 api", "B 15-30 api"], []],
  ["a late quarter unsettles its part of a day", ["C 0-1440 api,web", "A 30-45 api"], ["api 30-45"]],
  ["windows that hold the same start", ["A 0-60 api", "B 0-15 api"], ["api 0-15"]],
  ["three producers unsettle a window once", ["A 0-15 api", "B 0-15 api", "C 0-15 api"], ["api 0-15"]],
  [
    "a head whose services are unknown unsettles all that others hold of its window",
    ["C 0-60 api,web", "A 15-30 *"],
    ["api 15-30", "web 15-30"],
  ],
  ["a long window is seen behind a short one", ["A 0-60 api", "A 0-15 api", "B 45-60 api"], ["api 45-60"]],
];

for (const [name, holdings, unsettled] of cases) {
  test(`settled: ${name}`, () => {
    for (const order of [holdings, holdings.toReversed()]) {
      const found = unsettledWindows(order.map(holding));
      assert.deepEqual(
        found.map(({ service, window }) => `${service} ${window.start}-${window.end}`),
        unsettled,
      );
    }
  });
}
