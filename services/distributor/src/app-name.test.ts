import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { parseAppName } from "./app-name.ts";

const read: readonly [raw: string, app: string, labels: string][] = [
  ["shop", "shop", ""],
  ["shop{}", "shop", ""],
  [" shop.cart/v1-x { region = eu , version=1.2 } ", "shop.cart/v1-x", "region=eu version=1.2"],
  ["shop{region=eu", "shop", "region=eu"],
  ["shop{region=eu,}", "shop", "region=eu"],
  ["shop{otel.scope.name=com.grafana/go}", "shop", "otel.scope.name=com.grafana/go"],
  ["shop{os=OpenJDK Runtime (17.0+6)}", "shop", "os=OpenJDK Runtime (17.0+6)"],
  ["shop{a=b=c}", "shop", "a=b=c"],
  ["shop{a=}", "shop", "a="],
];
for (const [raw, app, labels] of read) {
  test(`name ${raw}`, () => {
    const parsed = parseAppName(raw);
    assert.equal(parsed.app, app);
    assert.equal(parsed.labels.map(({ name, value }) => `${name}=${value}`).join(" "), labels);
  });
}

const refused: readonly [raw: string | undefined, code: string][] = [
  [undefined, "name_missing"],
  ["", "name_missing"],
  ["  ", "name_missing"],
  ["{a=b}", "name_invalid"],
  ["shop cart", "name_invalid"],
  ["shop{=b}", "name_invalid"],
  ["shop{a}", "name_invalid"],
  ["shop{a=b,,c=d}", "name_invalid"],
  ["shop{a-b=c}", "name_invalid"],
];
for (const [raw, code] of refused) {
  test(`name refused: ${raw}`, () => {
    assert.throws(
      () => parseAppName(raw),
      (error) => error instanceof BasaltError && error.code === code,
    );
  });
}
