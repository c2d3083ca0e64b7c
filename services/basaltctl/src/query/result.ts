import { writeFile } from "node:fs/promises";
import { BasaltError } from "@basalt/model";
import { type AnySetting, type Setting, setting } from "@basalt/runtime";
import type { CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import { jsonLine } from "../output/output.ts";
import { type Column, tableText } from "../output/table.ts";
import { jsonSetting } from "../storage.ts";
import type { ExportColumn } from "./export-table.ts";

const formatSetting: Setting<"text" | "json" | "arrow" | "parquet"> = setting({
  path: "format",
  flag: "format",
  type: "choice",
  choices: ["text", "json", "arrow", "parquet"],
  default: "text",
  category: "basic",
  description: "How the result is written: for people, as JSON (as -json does), as an Arrow file or as Parquet.",
});

export const outputSetting: Setting<string> = setting({
  path: "output",
  flag: "o",
  type: "string",
  default: "",
  category: "basic",
  description: "File for the result; empty = the standard output. Arrow, Parquet and pprof need a file.",
});

/** How rows are written, and where. */
export const resultSettings: readonly AnySetting[] = [formatSetting, outputSetting, jsonSetting];

/** Rows in each of the forms that they can be written in. */
export interface Result {
  readonly isPartial: boolean;
  readonly text: { readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] } | string;
  readonly json: object;
  readonly columns: readonly ExportColumn[];
}

/** Writes a result as the flags say. @throws BasaltError `config_invalid`. */
export async function writeResult(context: CommandContext, result: Result): Promise<ExitStatus> {
  const { config, output } = context;
  const path = config.get(outputSetting);
  const format = config.get(jsonSetting) ? "json" : config.get(formatSetting);
  if (format === "arrow" || format === "parquet") {
    if (path === "") throw new BasaltError("config_invalid", `-format=${format} needs a file: -o=result.${format}`);
    // Loaded where it is wanted: 6 MB of WebAssembly and its tables.
    const { arrowFile, parquetFile } = await import("./export-table.ts");
    await writeFile(path, await (format === "arrow" ? arrowFile : parquetFile)(result.columns));
  } else if (path !== "") await writeFile(path, textOf(result, format));
  else await output.text(textOf(result, format));
  return statusOf(result);
}

/** The status of an answer. */
export function statusOf({ isPartial }: { readonly isPartial: boolean }): ExitStatus {
  return isPartial ? exitStatus.partial : exitStatus.ok;
}

function textOf({ isPartial, json, text }: Result, format: "text" | "json"): string {
  if (format === "json") return jsonLine({ ...json, partial: isPartial });
  return typeof text === "string" ? text : tableText(text.columns, text.rows);
}
