import { querierV1 } from "@basalt/rpc";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { ServerClient } from "../server/server-client.ts";
import { serverSettings } from "../server/server-settings.ts";
import { resultSettings, writeResult } from "./result.ts";
import { askedRange, rangeSettings } from "./selection.ts";

export const queryTypes: Command = {
  name: "query types",
  summary: "Ask a server which profile types it has",
  details: "Those of blocks that overlap the range and of what is not yet in a block. Columns of exports: type.",
  operands: "",
  settings: [...rangeSettings, ...resultSettings, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const request = querierV1.ProfileTypesRequest.create(askedRange(context.config, context.clock));
  const client = new ServerClient(context);
  const { message, isPartial } = await client.call(querierV1.QuerierServiceDefinition, "profileTypes", request);
  const types = message.profileTypes.map(({ ID }) => ID).sort();
  return writeResult(context, {
    isPartial,
    text: types.map((type) => `${type}\n`).join(""),
    json: { types },
    columns: [{ name: "type", type: "text", values: types }],
  });
}
