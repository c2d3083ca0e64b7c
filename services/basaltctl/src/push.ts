import { decompress, defaultSampleTypeConfig, metricName, PprofDecoder } from "@basalt/formats";
import { BasaltError, type Label, labelNames } from "@basalt/model";
import { pushV1 } from "@basalt/rpc";
import { type Setting, setting } from "@basalt/runtime";
import { Inflater } from "@basalt/runtime/thread";
import type { Command, CommandContext } from "./command.ts";
import { type ExitStatus, exitStatus } from "./exit-status.ts";
import { ServerClient } from "./server/server-client.ts";
import { serverSettings } from "./server/server-settings.ts";
import { jsonSetting } from "./storage.ts";

const labelsSetting: Setting<readonly string[]> = setting({
  path: "labels",
  flag: "labels",
  type: "list",
  default: [],
  category: "basic",
  description: "Labels of the series: service_name=shop,env=prod. Without service_name it is `unknown_service`.",
});

const nameSetting: Setting<string> = setting({
  path: "name",
  flag: "name",
  type: "string",
  default: "",
  category: "basic",
  description: "Name of the profile: process_cpu, memory, …; empty = by the types of its samples.",
});

export const push: Command = {
  name: "push",
  summary: "Push pprof files to a server",
  details: `Gzipped or plain; - is the standard input. Each file keeps its own time; one without is of now. A file that was pushed
before with equal labels counts once. The first file that is refused ends the command; those before it are stored.`,
  operands: "file…",
  operandsMin: 1,
  settings: [labelsSetting, nameSetting, jsonSetting, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, operands, output, signal } = context;
  const labels = config.get(labelsSetting).map(parseLabel);
  const client = new ServerClient(context);
  const progress = output.progress("push", operands.length);
  const pushed: { readonly file: string; readonly name: string; readonly bytes: number }[] = [];
  for (const file of operands) {
    signal.throwIfAborted();
    const rawProfile = await read(context, file);
    const name = config.get(nameSetting) || nameOf(rawProfile, file);
    const series = [
      {
        labels: [...labels, { name: labelNames.name, value: name }],
        samples: [{ rawProfile, ID: "" }],
        annotations: [],
      },
    ];
    await client.call(pushV1.PusherServiceDefinition, "push", { series });
    pushed.push({ file, name, bytes: rawProfile.length });
    progress.advance();
  }
  output.endProgress();
  if (config.get(jsonSetting)) await output.json({ pushed });
  else await output.text(pushed.map(({ file, name, bytes }) => `${file}: ${name}, ${bytes} bytes\n`).join(""));
  return exitStatus.ok;
}

/** @throws BasaltError `config_invalid`. */
function parseLabel(text: string): Label {
  const at = text.indexOf("=");
  if (at < 1)
    throw new BasaltError("config_invalid", `-labels: ${JSON.stringify(text.slice(0, 200))} is not name=value`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

async function read({ output }: CommandContext, file: string): Promise<Uint8Array> {
  try {
    return await output.read(file);
  } catch (error) {
    throw new BasaltError(
      "config_invalid",
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** 1 GiB: what a server takes at the most is less. */
const inflatedBytesMax = 2 ** 30;

/** The name that `/ingest` would give it. @throws BasaltError `profile_malformed` that names the file. */
function nameOf(bytes: Uint8Array, file: string): string {
  try {
    const inflater = new Inflater();
    const raw = decompress(bytes, inflatedBytesMax, (body, max, hint) => inflater.inflate(body, max, hint));
    return metricName(new PprofDecoder().decode(raw), defaultSampleTypeConfig);
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    throw new BasaltError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}
