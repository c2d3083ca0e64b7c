import assert from "node:assert/strict";
import { test } from "node:test";
import type { Labels } from "@basalt/model";
import type { AnsweredSeries } from "@basalt/query";
import { encodeMessage, querierV1, typesV1 } from "@basalt/rpc";
import { seededRandom } from "@basalt/runtime";
import { labelSetsJson, labelSetsProto, stringsJson, stringsProto } from "./labels-wire.ts";
import { seriesJson, seriesProto } from "./series-wire.ts";

const seed = 20261121;
const random = seededRandom(seed);

function below(limit: number): number {
  return Math.floor(random.next() * limit);
}

const texts = ["", "service_name", "a", 'quo"te\\', "übermäßig ✓ 𝒳", "line\nbreak", "x".repeat(300)];

function drawText(): string {
  return texts[below(texts.length)] ?? "";
}

function drawLabels(): Labels {
  return Array.from({ length: below(5) }, () => ({ name: drawText(), value: drawText() }));
}

const values = [0, 1, 1.5, 1e-7, 1e21, 2 ** 53, 123456789012345, 0.1 + 0.2];
const timestamps = [0, 1, 127, 128, 2 ** 32 - 1, 2 ** 32, 1763723408000, 2 ** 52];

function drawSeries(): AnsweredSeries {
  const count = below(20);
  const draw = (from: readonly number[]): Float64Array =>
    Float64Array.from({ length: count }, () => from[below(from.length)] ?? 0);
  return { labels: drawLabels(), value: draw(values), timestampMs: draw(timestamps) };
}

function message(series: readonly AnsweredSeries[]): querierV1.SelectSeriesResponse {
  return {
    series: series.map(({ labels, value, timestampMs }) => ({
      labels: [...labels],
      points: Array.from(value, (one, i) => ({
        value: one,
        timestamp: BigInt(timestampMs[i] ?? 0),
        annotations: [],
        exemplars: [],
      })),
    })),
  };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

test(`series are written as the generated code writes them (seed ${seed})`, () => {
  const type = querierV1.SelectSeriesResponse;
  for (let round = 0; round < 200; round++) {
    const series = Array.from({ length: below(4) }, drawSeries);
    assert.equal(text(seriesJson(series)), text(encodeMessage(type, "json", message(series))));
    assert.deepEqual(Buffer.from(seriesProto(series)), Buffer.from(encodeMessage(type, "proto", message(series))));
  }
});

test(`label sets are written as the generated code writes them (seed ${seed})`, () => {
  const type = querierV1.SeriesResponse;
  for (let round = 0; round < 200; round++) {
    const sets = Array.from({ length: below(6) }, drawLabels);
    const expected = { labelsSet: sets.map((labels) => ({ labels: [...labels] })) };
    assert.equal(text(labelSetsJson(sets)), text(encodeMessage(type, "json", expected)));
    assert.deepEqual(Buffer.from(labelSetsProto(sets)), Buffer.from(encodeMessage(type, "proto", expected)));
  }
});

test(`names and values are written as the generated code writes them (seed ${seed})`, () => {
  for (let round = 0; round < 50; round++) {
    const names = Array.from({ length: below(6) }, drawText);
    for (const type of [typesV1.LabelNamesResponse, typesV1.LabelValuesResponse]) {
      assert.equal(text(stringsJson("names", names)), text(encodeMessage(type, "json", { names })));
      assert.deepEqual(Buffer.from(stringsProto(names)), Buffer.from(encodeMessage(type, "proto", { names })));
    }
  }
});
