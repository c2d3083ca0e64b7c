import type { BlockId } from "@basalt/model";
import { blockBytes } from "@basalt/store";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import { bytesText } from "../output/units.ts";
import { jsonSetting, openBucket, storageSettings, tenantOf, tenantSetting } from "../storage.ts";
import { type VerifiedBlock, verifyBlock } from "../verify/verify-block.ts";
import { blockNamed } from "./block-files.ts";
import { listBlocks } from "./list-blocks.ts";

export const blocksVerify: Command = {
  name: "blocks verify",
  summary: "Read blocks whole and check everything in them",
  details: `Without a name all blocks of the tenant are checked: sizes and checksums of files, footers, columns, every page; order and
keys of rows; that totals are the sums of their samples and counts those of meta.json; that every stack, location,
function and mapping that is named exists; hashes of stacks and fingerprints of series. Says what is wrong in which
row of which file, and ends with status 3 if anything is.`,
  operands: "[block…]",
  settings: [...storageSettings, tenantSetting, jsonSetting],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, output, signal } = context;
  const bucket = openBucket(context);
  const tenant = tenantOf(config);
  const { ids, bytes } = await wantedBlocks(context);
  const progress = output.progress("verify", bytes);
  const verified: VerifiedBlock[] = [];
  for (const id of ids) {
    const onBytes = (count: number): void => progress.advance(count);
    const block = await verifyBlock(id, { bucket, tenant, signal, onBytes });
    verified.push(block);
    if (!config.get(jsonSetting)) await output.text(textOf(block));
  }
  const damaged = verified.filter(({ findingCount }) => findingCount > 0);
  if (config.get(jsonSetting)) await output.json({ tenant, blocks: verified });
  else
    await output.text(
      `${verified.length} blocks, ${bytesText(verified.reduce((sum, block) => sum + block.bytes, 0))}: ${damaged.length} damaged\n`,
    );
  return damaged.length > 0 ? exitStatus.damaged : exitStatus.ok;
}

/** The blocks that were named, or all that have a `meta.json`. */
async function wantedBlocks(
  context: CommandContext,
): Promise<{ readonly ids: readonly BlockId[]; readonly bytes: number }> {
  const { config, operands, output, signal } = context;
  const named = operands.map(blockNamed);
  const listed = await listBlocks({ bucket: openBucket(context), tenant: tenantOf(config), output, signal });
  const wanted = listed.filter(({ id, state }) => (named.length > 0 ? named.includes(id) : state !== "unfinished"));
  const bytes = wanted.reduce((sum, { meta }) => sum + (meta === undefined ? 0 : blockBytes(meta)), 0);
  return { ids: named.length > 0 ? named : wanted.map(({ id }) => id), bytes };
}

function textOf({ id, bytes, findings, findingCount }: VerifiedBlock): string {
  if (findingCount === 0) return `ok       ${id}  ${bytesText(bytes)}\n`;
  const lines = findings.map(
    ({ kind, file, row, problem }) =>
      `  ${kind.padEnd(9)} ${file}${row === undefined ? "" : ` row ${row}`}: ${problem}\n`,
  );
  const more = findingCount > findings.length ? `  and ${findingCount - findings.length} more\n` : "";
  return `damaged  ${id}  ${findingCount} findings\n${lines.join("")}${more}`;
}
