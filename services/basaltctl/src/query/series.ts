import { nanosPerMilli, parseProfileType } from "@basalt/model";
import { querierV1, typesV1 } from "@basalt/rpc";
import { type Setting, setting } from "@basalt/runtime";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { isoTime, timeText, valueText } from "../output/units.ts";
import { ServerClient } from "../server/server-client.ts";
import { serverSettings } from "../server/server-settings.ts";
import { resultSettings, writeResult } from "./result.ts";
import { askedSelection, oneTypeSetting, selectionSettings } from "./selection.ts";

const stepSetting: Setting<number> = setting({
  path: "step",
  flag: "step",
  type: "duration",
  default: "1m",
  min: "1ms",
  category: "basic",
  description: "Distance of two points.",
});

const bySetting: Setting<readonly string[]> = setting({
  path: "by",
  flag: "by",
  type: "list",
  default: ["service_name"],
  category: "basic",
  description: "Labels of which each combination is a series; empty = one series.",
});

const aggregations = {
  sum: typesV1.TimeSeriesAggregationType.TIME_SERIES_AGGREGATION_TYPE_SUM,
  average: typesV1.TimeSeriesAggregationType.TIME_SERIES_AGGREGATION_TYPE_AVERAGE,
} as const;

const aggregationSetting: Setting<keyof typeof aggregations> = setting({
  path: "aggregation",
  flag: "aggregation",
  type: "choice",
  choices: ["sum", "average"],
  default: "sum",
  category: "basic",
  description: "What a point is of its profiles.",
});

export const querySeries: Command = {
  name: "query series",
  summary: "Ask a server for values over time",
  details: `A point stands for the profiles after the point before it. Points without any are left out.
Columns of exports: one for each label of -by, then time and value.`,
  operands: "",
  settings: [...selectionSettings, bySetting, stepSetting, aggregationSetting, ...resultSettings, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, clock } = context;
  const by = config.get(bySetting);
  const request = querierV1.SelectSeriesRequest.create({
    ...askedSelection(config, clock),
    groupBy: [...by],
    step: config.get(stepSetting) / 1000,
    aggregation: aggregations[config.get(aggregationSetting)],
  });
  const client = new ServerClient(context);
  const { message, isPartial } = await client.call(querierV1.QuerierServiceDefinition, "selectSeries", request);
  const series = message.series.map(({ labels, points }) => ({
    labels: by.map((name) => labels.find((label) => label.name === name)?.value ?? ""),
    points: points.map(({ timestamp, value }) => ({ time: timestamp, value })),
  }));
  const rows = series.flatMap(({ labels, points }) => points.map((point) => ({ labels, ...point })));
  const unit = parseProfileType(config.get(oneTypeSetting)).sampleUnit;
  return writeResult(context, {
    isPartial,
    text: {
      columns: [
        ...by.map((name) => ({ title: name.toUpperCase() })),
        { title: "TIME (UTC)" },
        { title: "VALUE", align: "right" },
      ],
      rows: rows.map(({ labels, time, value }) => [...labels, timeText(time * nanosPerMilli), valueText(value, unit)]),
    },
    json: {
      series: series.map(({ labels, points }) => ({
        labels: Object.fromEntries(by.map((name, i) => [name, labels[i] ?? ""])),
        points: points.map(({ time, value }) => ({ time: isoTime(time * nanosPerMilli), value })),
      })),
    },
    columns: [
      ...by.map((name, i) => ({ name, type: "text" as const, values: rows.map(({ labels }) => labels[i] ?? "") })),
      { name: "time", type: "time", values: rows.map(({ time }) => time) },
      { name: "value", type: "double", values: rows.map(({ value }) => value) },
    ],
  });
}
