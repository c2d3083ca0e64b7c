import { type Bucket, blockKey, blocksPrefix, listAll } from "@basalt/bucket";
import { BasaltError, type BlockId, type TenantId } from "@basalt/model";
import type { Schema } from "@basalt/parquet";
import {
  type BlockFile,
  type BlockFileName,
  type BlockMeta,
  blockBytes,
  blockFiles,
  blockTotals,
  decodeMeta,
  functionsSchema,
  locationsSchema,
  mappingsSchema,
  metaFile,
  profilesSchema,
  seriesSchema,
  stacktracesSchema,
} from "@basalt/store";
import { type CheckContext, checkFile } from "./file-check.ts";
import { type Finding, Findings } from "./findings.ts";
import { checkHashes } from "./hash-check.ts";
import { checkProfiles } from "./profiles-check.ts";
import { checkSeries } from "./series-check.ts";
import { checkSymbols, type SymbolKind } from "./symbols-check.ts";
import { type CheckedTable, openTable } from "./table-check.ts";

/** What came of one block. */
export interface VerifiedBlock {
  readonly id: BlockId;
  /** Bytes of its files, as `meta.json` says; 0 if it cannot be read. */
  readonly bytes: number;
  /** The first hundred. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

/** Where the block lies, and who waits. */
export interface VerifyOptions {
  readonly bucket: Bucket;
  readonly tenant: TenantId;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Reads all of a block and checks it by docs/formats/block.md. @throws BasaltError `object_not_found` if it has no `meta.json`. */
export async function verifyBlock(id: BlockId, options: VerifyOptions): Promise<VerifiedBlock> {
  const findings = new Findings();
  const meta = await checkMeta(id, options, findings);
  if (meta !== undefined) {
    await checkStrays(meta, options, findings);
    await checkFiles({ ...options, meta, findings });
  }
  const bytes = meta === undefined ? 0 : blockBytes(meta);
  return { id, bytes, findings: findings.kept, findingCount: findings.count };
}

async function checkMeta(
  id: BlockId,
  { bucket, tenant }: VerifyOptions,
  findings: Findings,
): Promise<BlockMeta | undefined> {
  const bytes = await bucket.get(blockKey(tenant, id, metaFile));
  let meta: BlockMeta;
  try {
    meta = decodeMeta(bytes);
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    findings.add("meta", metaFile, error.message);
    return undefined;
  }
  const wrong = (problem: string): void => findings.add("meta", metaFile, problem);
  if (meta.id !== id) wrong(`id is ${meta.id}`);
  if (meta.tenant !== tenant) wrong(`tenant is ${meta.tenant}`);
  const length = meta.window.end - meta.window.start;
  if (!windowLengths.has(length) || meta.window.start % length !== 0n)
    wrong(`window ${meta.window.start} to ${meta.window.end} is no aligned window`);
  if (meta.range.start < meta.window.start || meta.range.end >= meta.window.end || meta.range.start > meta.range.end)
    wrong("range lies outside the window");
  const { totals } = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly totals?: Readonly<Record<string, unknown>>;
  };
  for (const [name, sum] of Object.entries(blockTotals(meta)))
    if (totals?.[name] !== sum) wrong(`totals.${name} is ${totals?.[name]}, its partitions add up to ${sum}`);
  for (let i = 1; i < meta.partitions.length; i++) {
    if ((meta.partitions[i]?.service ?? "") <= (meta.partitions[i - 1]?.service ?? ""))
      wrong(`service ${JSON.stringify(meta.partitions[i]?.service)} is out of order`);
  }
  for (const name of Object.values(blockFiles))
    if (!meta.files.some((file) => file.name === name)) wrong(`no file ${name}`);
  // What lies elsewhere is another block's: the rest is read where this one's name says.
  return { ...meta, id, tenant };
}

const minute = 60_000_000_000n;
/** 15 min, 1 h, 6 h, 24 h. */
const windowLengths: ReadonlySet<bigint> = new Set([15n, 60n, 360n, 1440n].map((minutes) => minutes * minute));

async function checkStrays(meta: BlockMeta, { bucket, signal }: VerifyOptions, findings: Findings): Promise<void> {
  const prefix = `${blocksPrefix(meta.tenant)}${meta.id}/`;
  const known = new Set([metaFile, ...meta.files.map(({ name }) => name)]);
  for await (const key of listAll(bucket, { prefix, mode: "keys" }, signal)) {
    const name = key.slice(prefix.length);
    if (!known.has(name)) findings.add("stray", name, "meta.json does not name it");
  }
}

async function checkFiles(context: CheckContext): Promise<void> {
  const { meta, findings, signal } = context;
  const open = async (name: BlockFileName, schema: Schema): Promise<CheckedTable | undefined> => {
    const file = meta.files.find((known: BlockFile) => known.name === name);
    const source = file === undefined ? undefined : await checkFile(context, file);
    return source === undefined ? undefined : { name, schema, source, findings, signal };
  };
  const seriesTable = await open(blockFiles.series, seriesSchema);
  const seriesReader = seriesTable && (await openTable(seriesTable));
  const series = seriesTable && seriesReader && (await checkSeries(seriesTable, seriesReader, meta));
  const before = findings.count;
  const tables = new Map<SymbolKind, CheckedTable>();
  let marked: readonly (Uint8Array | undefined)[] = [];
  for (const [kind, schema] of symbolSchemas) {
    const table = await open(blockFiles[kind], schema);
    const reader = table && (await openTable(table));
    if (table === undefined || reader === undefined) continue;
    tables.set(kind, table);
    const found = await checkSymbols(table, reader, { meta, kind });
    if (kind === "stacktraces") marked = found;
  }
  const areSymbolsSound = findings.count === before;
  const stacktraces = tables.get("stacktraces");
  if (stacktraces !== undefined && areSymbolsSound) await checkHashes(context, stacktraces);
  const profiles = await open(blockFiles.profiles, profilesSchema(meta.sampleIds));
  const profilesReader = profiles && (await openTable(profiles));
  if (profiles && profilesReader)
    await checkProfiles(profiles, profilesReader, { meta, series, marked: areSymbolsSound ? marked : [] });
}

const symbolSchemas: readonly (readonly [SymbolKind, Schema])[] = [
  ["functions", functionsSchema],
  ["mappings", mappingsSchema],
  ["locations", locationsSchema],
  ["stacktraces", stacktracesSchema("block")],
];
