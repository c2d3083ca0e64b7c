import { parseProfileType } from "@basalt/model";
import { basaltV1 } from "@basalt/rpc";
import { type Setting, setting } from "@basalt/runtime";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { percentText, valueText } from "../output/units.ts";
import { ServerClient } from "../server/server-client.ts";
import { serverSettings } from "../server/server-settings.ts";
import { resultSettings, writeResult } from "./result.ts";
import { askedSelection, oneTypeSetting, selectionSettings } from "./selection.ts";

/** As many as the server gives at once. */
const limitMax = 10_000;

const limitSetting: Setting<number> = setting({
  path: "limit",
  flag: "limit",
  type: "int",
  default: 20,
  min: 1,
  max: limitMax,
  category: "basic",
  description: "Functions to show at the most.",
});

const orders = {
  self: basaltV1.TopFunctionsOrder.TOP_FUNCTIONS_ORDER_SELF,
  total: basaltV1.TopFunctionsOrder.TOP_FUNCTIONS_ORDER_TOTAL,
  name: basaltV1.TopFunctionsOrder.TOP_FUNCTIONS_ORDER_NAME,
} as const;

const orderSetting: Setting<keyof typeof orders> = setting({
  path: "order",
  flag: "order",
  type: "choice",
  choices: ["self", "total", "name"],
  default: "self",
  category: "basic",
  description: "What stands first: the largest self, the largest total, or the first name.",
});

export const queryTop: Command = {
  name: "query top",
  summary: "Ask a server for the table of functions",
  details: `Self is what a function spent by itself, total with all that it calls; a stack counts once however often the function is on
it. Both are exact. Columns of exports: name, file, self, total.`,
  operands: "",
  settings: [...selectionSettings, orderSetting, limitSetting, ...resultSettings, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, clock } = context;
  const request = basaltV1.TopFunctionsRequest.create({
    query: askedSelection(config, clock),
    limit: BigInt(config.get(limitSetting)),
    order: orders[config.get(orderSetting)],
    ascending: config.get(orderSetting) === "name",
  });
  const client = new ServerClient(context);
  const { message, isPartial } = await client.call(basaltV1.QueryServiceDefinition, "topFunctions", request);
  const { functions, functionCount, total } = message;
  const rows = functions.map(({ function: name, file, self, total: all }) => ({ name, file, self, total: all }));
  const unit = parseProfileType(config.get(oneTypeSetting)).sampleUnit;
  const cells = rows.map((row) => [
    valueText(row.self, unit),
    percentText(row.self, total),
    valueText(row.total, unit),
    percentText(row.total, total),
    row.name,
    row.file,
  ]);
  return writeResult(context, {
    isPartial,
    text: { columns, rows: cells },
    json: { total, functionCount: Number(functionCount), functions: rows },
    columns: [
      { name: "name", type: "text", values: rows.map(({ name }) => name) },
      { name: "file", type: "text", values: rows.map(({ file }) => file) },
      { name: "self", type: "int64", values: rows.map(({ self }) => self) },
      { name: "total", type: "int64", values: rows.map(({ total: all }) => all) },
    ],
  });
}

const columns = [
  { title: "SELF", align: "right" },
  { title: "%", align: "right" },
  { title: "TOTAL", align: "right" },
  { title: "%", align: "right" },
  { title: "FUNCTION" },
  { title: "FILE" },
] as const;
