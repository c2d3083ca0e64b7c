import { type BlockId, parseBlockId, type TenantId } from "@basalt/model";

/** The folder of a tenant's blocks, with its `/`. */
export function blocksPrefix(tenant: TenantId): string {
  return `${tenant}/blocks/`;
}

/** The key of a file of a block, such as `meta.json` or `symbols/functions.parquet`. */
export function blockKey(tenant: TenantId, block: BlockId, file: string): string {
  return `${blocksPrefix(tenant)}${block}/${file}`;
}

/** The block in a folder name of a listing, `<tenant>/blocks/<ULID>/`; undefined if it is none. */
export function blockOfFolder(tenant: TenantId, folder: string): BlockId | undefined {
  return parseBlockId(folder.slice(blocksPrefix(tenant).length).replace(/\/$/, ""));
}
