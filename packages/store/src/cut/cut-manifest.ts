import { BasaltError, type BlockId, type TenantId } from "@basalt/model";
import type { FileSystem } from "@basalt/runtime";
import type { CutInput, CutJob } from "./cut-job.ts";

/** A part of a segment that a block holds. */
interface DonePart {
  readonly segment: BlockId;
  readonly tenant: TenantId;
  readonly windowStart: string;
  readonly block: BlockId;
}

interface RunningCut {
  readonly tenant: TenantId;
  readonly block: BlockId;
}

interface ManifestFile {
  readonly version: number;
  readonly running: readonly RunningCut[];
  readonly done: readonly DonePart[];
}

const manifestVersion = 1;

/**
 * Which cuts are under way and which parts of segments are done, on disk. A visible block that names its sources says the
 * same; the manifest remembers it also when that block is gone while the segment still waits for its other windows.
 */
export class CutManifest {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #running: RunningCut[] = [];
  #done: DonePart[] = [];

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem;
    this.#path = path;
  }

  /** Reads the file; none is an empty one. @throws BasaltError `data_folder_version`. */
  async load(): Promise<void> {
    if ((await this.#fileSystem.stat(this.#path)) === undefined) return;
    const text = new TextDecoder().decode(await this.#fileSystem.readFile(this.#path));
    const file = JSON.parse(text) as ManifestFile;
    if (file.version > manifestVersion) {
      throw new BasaltError(
        "data_folder_version",
        `${this.#path} has version ${file.version}; this program reads ${manifestVersion}`,
      );
    }
    this.#running = [...file.running];
    this.#done = [...file.done];
  }

  get running(): readonly RunningCut[] {
    return this.#running;
  }

  /** The block that holds a part; undefined if none is known. */
  blockOf(tenant: TenantId, { segment, windowStart }: Pick<CutInput, "segment" | "windowStart">): BlockId | undefined {
    const found = this.#done.find(
      (part) => part.segment === segment && part.tenant === tenant && BigInt(part.windowStart) === windowStart,
    );
    return found?.block;
  }

  async begin({ tenant, id }: CutJob): Promise<void> {
    this.#running = [...this.#running.filter(({ block }) => block !== id), { tenant, block: id }];
    await this.#save();
  }

  async finish({ tenant, id, inputs }: CutJob): Promise<void> {
    this.#running = this.#running.filter(({ block }) => block !== id);
    const added = inputs.map(({ segment, windowStart }) => ({
      segment,
      tenant,
      windowStart: String(windowStart),
      block: id,
    }));
    this.#done = [...this.#done, ...added];
    await this.#save();
  }

  async giveUp(block: BlockId): Promise<void> {
    this.#running = this.#running.filter((cut) => cut.block !== block);
    await this.#save();
  }

  /** Forgets parts of segments that are no more. */
  async prune(segments: ReadonlySet<BlockId>): Promise<void> {
    const kept = this.#done.filter(({ segment }) => segments.has(segment));
    if (kept.length === this.#done.length) return;
    this.#done = kept;
    await this.#save();
  }

  async #save(): Promise<void> {
    const file: ManifestFile = { version: manifestVersion, running: this.#running, done: this.#done };
    await this.#fileSystem.writeFileAtomic(this.#path, new TextEncoder().encode(`${JSON.stringify(file)}\n`));
  }
}
