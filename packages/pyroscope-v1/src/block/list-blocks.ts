import { type Bucket, listAll } from "@basalt/bucket";
import { type BlockId, parseBlockId } from "@basalt/model";

/** A block as a listing shows it. */
export interface ListedBlock {
  readonly id: BlockId;
  /** Its folder with the `/`. */
  readonly prefix: string;
  /** Without `meta.json` a block is not uploaded as a whole; with a deletion mark others hold its rows. */
  readonly state: "whole" | "partial" | "deleted";
}

const tenantFolder = "phlaredb/";

/** Tenants of a bucket: its folders that have one of blocks. Sorted. */
export async function listTenants(bucket: Bucket, prefix: string, signal?: AbortSignal): Promise<string[]> {
  const tenants: string[] = [];
  for await (const folder of listAll(bucket, { prefix, mode: "folders" }, signal)) {
    if (!folder.endsWith("/")) continue;
    const page = await bucket.list({ prefix: `${folder}${tenantFolder}`, mode: "folders", limit: 1 }, signal);
    if (page.names.length > 0) tenants.push(folder.slice(prefix.length, -1));
  }
  return tenants;
}

/** Blocks of a tenant, the oldest first. */
export async function listBlocks(
  bucket: Bucket,
  { prefix, tenant }: { readonly prefix: string; readonly tenant: string },
  signal?: AbortSignal,
): Promise<ListedBlock[]> {
  const folder = `${prefix}${tenant}/${tenantFolder}`;
  const blocks: ListedBlock[] = [];
  for await (const name of listAll(bucket, { prefix: folder, mode: "folders" }, signal)) {
    const id = parseBlockId(name.slice(folder.length).replace(/\/$/, ""));
    if (id === undefined || !name.endsWith("/")) continue;
    blocks.push({ id, prefix: name, state: await stateOf(bucket, name, signal) });
  }
  return blocks;
}

async function stateOf(bucket: Bucket, prefix: string, signal?: AbortSignal): Promise<ListedBlock["state"]> {
  if ((await bucket.attributes(`${prefix}meta.json`, signal)) === undefined) return "partial";
  return (await bucket.attributes(`${prefix}deletion-mark.json`, signal)) === undefined ? "whole" : "deleted";
}
