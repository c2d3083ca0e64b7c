import { BasaltError, type BlockId, type TenantId } from "@basalt/model";
import type { FileSystem, OpenFile } from "@basalt/runtime";
import type { CutInput, CutJob } from "./cut-job.ts";

interface RunningCut {
  readonly tenant: TenantId;
  readonly block: BlockId;
}

/** A part of a segment that a block holds. */
interface DonePart {
  readonly segment: BlockId;
  readonly tenant: TenantId;
  readonly windowStart: string;
  readonly block: BlockId;
}

/** A line of the file: a version, a cut that begins, or one that ended, with the parts that are done if it came to a block. */
type Line =
  | { readonly version: number }
  | { readonly begin: BlockId; readonly tenant: TenantId }
  | { readonly end: BlockId; readonly done: readonly DonePart[] };

const manifestVersion = 2;

/**
 * Which cuts are under way and which parts of segments are done, on disk. A visible block that names its sources says the
 * same; the manifest remembers it also when that block is gone while the segment still waits for its other windows. A log of
 * JSON lines, so that a cut costs the same however many there are; {@link prune} writes it anew.
 */
export class CutManifest {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #running = new Map<BlockId, RunningCut>();
  /** By {@link partName}. */
  readonly #done = new Map<string, DonePart>();
  #file: OpenFile | undefined;
  /** Whether the file is to be made, or half a line may stand at its end: then it is written anew before the next line. */
  #isTorn = true;

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem;
    this.#path = path;
  }

  /** Reads the file; none is an empty one. @throws BasaltError `data_folder_version`. */
  async load(): Promise<void> {
    const isThere = (await this.#fileSystem.stat(this.#path)) !== undefined;
    const text = isThere ? new TextDecoder().decode(await this.#fileSystem.readFile(this.#path)) : "";
    // What follows the last line break was torn by a crash: it was never relied on.
    for (const line of text.split("\n").slice(0, -1)) this.#take(JSON.parse(line) as Line);
  }

  get running(): readonly RunningCut[] {
    return [...this.#running.values()];
  }

  /** The block that holds a part; undefined if none is known. */
  blockOf(tenant: TenantId, { segment, windowStart }: Pick<CutInput, "segment" | "windowStart">): BlockId | undefined {
    return this.#done.get(partName({ tenant, segment, windowStart: String(windowStart) }))?.block;
  }

  begin({ tenant, id }: CutJob): Promise<void> {
    return this.#append({ begin: id, tenant });
  }

  finish({ tenant, id, inputs }: CutJob): Promise<void> {
    const done = inputs.map(({ segment, windowStart }) => ({
      segment,
      tenant,
      windowStart: String(windowStart),
      block: id,
    }));
    return this.#append({ end: id, done });
  }

  giveUp(block: BlockId): Promise<void> {
    return this.#append({ end: block, done: [] });
  }

  /** Forgets parts of segments that are no more. */
  async prune(segments: ReadonlySet<BlockId>): Promise<void> {
    const gone = [...this.#done].filter(([, { segment }]) => !segments.has(segment));
    if (gone.length === 0) return;
    for (const [name] of gone) this.#done.delete(name);
    await this.#rewrite();
  }

  /** Closes the file; nothing is lost without it. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #take(line: Line): void {
    if ("version" in line) {
      if (line.version <= manifestVersion) return;
      const message = `${this.#path} has version ${line.version}; this program reads ${manifestVersion}`;
      throw new BasaltError("data_folder_version", message);
    }
    if ("begin" in line) {
      this.#running.set(line.begin, { tenant: line.tenant, block: line.begin });
      return;
    }
    this.#running.delete(line.end);
    for (const part of line.done) this.#done.set(partName(part), part);
  }

  async #append(line: Line): Promise<void> {
    if (this.#isTorn) await this.#rewrite();
    this.#isTorn = true;
    this.#file ??= await this.#fileSystem.open(this.#path, "append");
    await this.#file.append([encode([line])]);
    await this.#file.sync();
    this.#isTorn = false;
    this.#take(line);
  }

  async #rewrite(): Promise<void> {
    await this.close();
    const running = this.running.map(({ tenant, block }) => ({ begin: block, tenant }));
    const byBlock = Map.groupBy(this.#done.values(), ({ block }) => block);
    const done = [...byBlock].map(([end, parts]) => ({ end, done: parts }));
    await this.#fileSystem.writeFileAtomic(this.#path, encode([{ version: manifestVersion }, ...done, ...running]));
    this.#isTorn = false;
  }
}

function partName({ tenant, segment, windowStart }: Omit<DonePart, "block">): string {
  return `${tenant}/${segment}/${windowStart}`;
}

function encode(lines: readonly Line[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
