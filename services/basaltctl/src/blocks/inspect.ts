import { type Bucket, blockKey } from "@basalt/bucket";
import { type ParquetMetadata, readMetadata } from "@basalt/parquet";
import { type BlockMeta, blockBytes, blockTotals } from "@basalt/store";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import type { Output } from "../output/output.ts";
import { bytesText, isoTime, timeText } from "../output/units.ts";
import { jsonSetting, openBucket, storageSettings, tenantOf, tenantSetting } from "../storage.ts";
import { fileRanges, readBlockMeta, sourcesOf } from "./block-files.ts";

export const blocksInspect: Command = {
  name: "blocks inspect",
  summary: "Show what a block holds: services, files, columns",
  details:
    "Reads meta.json and the footers of the Parquet files, no rows. Sizes of columns are as stored, and inflated.",
  operands: "block…",
  operandsMin: 1,
  settings: [...storageSettings, tenantSetting, jsonSetting],
  run,
};

/** A file of a block by its footer. */
interface InspectedFile {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly rowGroups: number;
  readonly columns: readonly { readonly name: string; readonly bytes: number; readonly inflatedBytes: number }[];
}

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, operands, output, signal } = context;
  const bucket = openBucket(context);
  for (const name of operands) {
    signal.throwIfAborted();
    const meta = await readBlockMeta(bucket, tenantOf(config), name);
    const files = await Promise.all(meta.files.map((file) => inspectFile(bucket, meta, file)));
    if (config.get(jsonSetting)) await output.json(asJson(meta, files));
    else await show(output, meta, files);
  }
  return exitStatus.ok;
}

async function inspectFile(
  bucket: Bucket,
  { tenant, id }: BlockMeta,
  { name, bytes }: { readonly name: string; readonly bytes: number },
): Promise<InspectedFile> {
  const metadata = await readMetadata(fileRanges(bucket, blockKey(tenant, id, name), bytes));
  return { name, bytes, rows: metadata.rowCount, rowGroups: metadata.rowGroups.length, columns: columnSizes(metadata) };
}

function columnSizes({ leaves, rowGroups }: ParquetMetadata): InspectedFile["columns"] {
  return leaves.map(({ name }) => {
    const chunks = rowGroups.flatMap((group) => group.chunks.get(name) ?? []);
    const bytes = chunks.reduce((sum, { range }) => sum + range.length, 0);
    return { name, bytes, inflatedBytes: chunks.reduce((sum, chunk) => sum + chunk.uncompressedLength, 0) };
  });
}

function asJson(meta: BlockMeta, files: readonly InspectedFile[]): object {
  const { series, rows: profiles, samples } = blockTotals(meta);
  return {
    id: meta.id,
    tenant: meta.tenant,
    producer: meta.producer,
    windowStart: isoTime(meta.window.start),
    windowEnd: isoTime(meta.window.end),
    firstTime: isoTime(meta.range.start),
    lastTime: isoTime(meta.range.end),
    sources: sourcesOf(meta),
    series,
    profiles,
    samples,
    bytes: blockBytes(meta),
    services: meta.partitions.map(({ rows, ...counts }) => ({ ...counts, profiles: rows })),
    files,
  };
}

async function show(output: Output, meta: BlockMeta, files: readonly InspectedFile[]): Promise<void> {
  const { series, rows, samples } = blockTotals(meta);
  await output.text(`block     ${meta.id} of tenant ${meta.tenant}
window    ${timeText(meta.window.start)} to ${timeText(meta.window.end)} UTC
profiles  ${rows} with ${samples} samples in ${series} series, ${timeText(meta.range.start)} to ${timeText(meta.range.end)}
size      ${bytesText(blockBytes(meta))}
producer  ${meta.producer}
sources   ${meta.sources.length === 0 ? "none" : [...new Set(meta.sources.map(({ id }) => id))].join(" ")}

`);
  const right = (title: string): { readonly title: string; readonly align: "right" } => ({ title, align: "right" });
  const counts = ["series", "rows", "samples", "functions", "mappings", "locations", "stacktraces"] as const;
  await output.table(
    [{ title: "SERVICE" }, ...counts.map((name) => right(name === "rows" ? "PROFILES" : name.toUpperCase()))],
    meta.partitions.map((partition) => [partition.service, ...counts.map((name) => String(partition[name]))]),
  );
  await output.text("\n");
  await output.table(
    [{ title: "FILE, COLUMN" }, right("ROWS"), right("ROW GROUPS"), right("SIZE"), right("INFLATED")],
    files.flatMap(({ name, bytes, rows: rowCount, rowGroups, columns }) => [
      [name, String(rowCount), String(rowGroups), bytesText(bytes)],
      ...columns.map((column) => [
        `  ${column.name}`,
        "",
        "",
        bytesText(column.bytes),
        bytesText(column.inflatedBytes),
      ]),
    ]),
  );
}
