import { FoldedSums } from "../blocks/folded-sums.ts";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { serverSettings } from "../server/server-settings.ts";
import { mergedPprof, stacksOf } from "./merged-pprof.ts";
import { resultSettings, writeResult } from "./result.ts";
import { selectionSettings } from "./selection.ts";

export const queryFolded: Command = {
  name: "query folded",
  summary: "Ask a server for merged stacks, one line each",
  details: `As flame graph tools read them: main;serve;price 42. Every stack is there, none is cut; a ; in a name becomes a colon.
Columns of exports: stack, value.`,
  operands: "",
  settings: [...selectionSettings, ...resultSettings, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { bytes, isPartial } = await mergedPprof(context);
  const sums = new FoldedSums();
  for (const { stack, value } of stacksOf(bytes)) sums.add(stack, value);
  const rows = sums.rows();
  return writeResult(context, {
    isPartial,
    text: rows.map(({ stack, value }) => `${stack} ${value}\n`).join(""),
    json: { stacks: rows },
    columns: [
      { name: "stack", type: "text", values: rows.map(({ stack }) => stack) },
      { name: "value", type: "int64", values: rows.map(({ value }) => value) },
    ],
  });
}
