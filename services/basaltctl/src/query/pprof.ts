import { writeFile } from "node:fs/promises";
import { BasaltError } from "@basalt/model";
import { gzip } from "@basalt/runtime";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { bytesText } from "../output/units.ts";
import { serverSettings } from "../server/server-settings.ts";
import { mergedPprof } from "./merged-pprof.ts";
import { outputSetting, statusOf } from "./result.ts";
import { selectionSettings } from "./selection.ts";

export const queryPprof: Command = {
  name: "query pprof",
  summary: "Ask a server for a merged profile as a pprof file",
  details:
    "Gzipped, for go tool pprof and its like: basaltctl query pprof -o=cpu.pb.gz && go tool pprof -top cpu.pb.gz",
  operands: "",
  settings: [...selectionSettings, outputSetting, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const path = context.config.get(outputSetting);
  if (path === "") throw new BasaltError("config_invalid", "a pprof needs a file: -o=profile.pb.gz");
  const answer = await mergedPprof(context);
  const file = gzip(answer.bytes);
  await writeFile(path, file);
  context.output.note(`${path}: ${bytesText(file.length)}`);
  return statusOf(answer);
}
