import { BasaltError, nanosPerMilli, type TenantId, type UnixNano, windowNanos } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { partKey } from "../head/head.ts";
import { WindowState } from "./window-state.ts";

/** Time after a window's end in which its last profiles arrive; then it is cut. 2 min. */
export const windowGraceMs = 120_000;

/** Windows of one tenant that a shard keeps open: more than two days of backfill at a time. */
const tenantWindowsMax = 256;

/** 25: the most that a key takes in a set; see `KeySet`. */
const keyBytes = 25;

export interface WindowRegistryOptions {
  readonly clock: Clock;
  readonly lateWindowsMax: number;
  /** `-ingester.key-bytes-max` */
  readonly keyBytesMax: number;
  /** Loads the keys that segments and blocks hold, and says so if a block holds any; calls `onLoaded` after each of them. */
  readonly loadKeys: (window: WindowState, onLoaded: () => void) => Promise<void>;
  /** Whether a head holds rows of the window, by {@link partKey}: such keys cannot be loaded again. */
  readonly isHeld: (key: string) => boolean;
}

/** The windows that a shard writes to. */
export class WindowRegistry {
  readonly #options: WindowRegistryOptions;
  readonly #windows = new Map<string, WindowState>();
  #keyBytes = 0;
  /** Pushes refused because keys are at their cap. */
  refusedKeysFull: number = 0;

  constructor(options: WindowRegistryOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#windows.size;
  }

  /** Memory of all keys. */
  get keyBytes(): number {
    return this.#keyBytes;
  }

  /** Takes note of what a window's keys grew by. */
  account(window: WindowState): void {
    const { byteLength } = window.keys;
    this.#keyBytes += byteLength - window.countedBytes;
    window.countedBytes = byteLength;
  }

  /**
   * Whether so many keys more stay below the cap, if need be without the windows that are over.
   *
   * @throws BasaltError `keys_full`.
   */
  checkRoom(keyCount: number): void {
    const { keyBytesMax } = this.#options;
    const growth = keyCount * keyBytes;
    if (this.#keyBytes + growth > keyBytesMax) this.release();
    if (this.#keyBytes + growth <= keyBytesMax) return;
    this.refusedKeysFull++;
    const message = `keys that find duplicates hold ${this.#keyBytes} of ${keyBytesMax} bytes (-ingester.key-bytes-max)`;
    throw new BasaltError("keys_full", message, { retryAfterSeconds: 60 });
  }

  /** A window whose keys are loaded; undefined if {@link load} must be awaited first. */
  get(tenant: TenantId, windowStart: UnixNano): WindowState | undefined {
    const window = this.#windows.get(partKey(tenant, windowStart));
    return window?.loading === undefined ? window : undefined;
  }

  /**
   * Loads the keys of all rows that this producer holds of a window. A window of rows that were acknowledged once
   * (`isForced`) is opened whatever the limits say.
   *
   * @throws BasaltError `late_windows_limit`.
   */
  async load(tenant: TenantId, windowStart: UnixNano, isForced: boolean): Promise<void> {
    const key = partKey(tenant, windowStart);
    let window = this.#windows.get(key);
    if (window === undefined) {
      if (!isForced) this.#checkTenant(tenant);
      window = new WindowState(tenant, windowStart);
      this.#windows.set(key, window);
      window.loading = this.#load(key, window, isForced);
    }
    await window.loading;
  }

  /** Notes that a block holds what was written of some windows so far. */
  markCut(tenant: TenantId, windowStarts: ReadonlySet<UnixNano>): void {
    for (const start of windowStarts) {
      const window = this.#windows.get(partKey(tenant, start));
      if (window !== undefined) window.isCut = true;
    }
    this.release();
  }

  /** Forgets windows that are over and of which no head holds a row: their keys can be loaded again. */
  release(): void {
    for (const [key, window] of this.#windows) {
      if (window.loading === undefined && this.#isOver(window) && !this.#options.isHeld(key)) this.#forget(key, window);
    }
  }

  #forget(key: string, window: WindowState): void {
    this.#windows.delete(key);
    this.#keyBytes -= window.countedBytes;
  }

  async #load(key: string, window: WindowState, isForced: boolean): Promise<void> {
    try {
      await this.#options.loadKeys(window, () => {
        this.account(window);
        if (!isForced) this.checkRoom(0);
      });
      if (!isForced && this.#isLate(window)) this.#checkLate(window);
      window.loading = undefined;
    } catch (error) {
      this.#forget(key, window);
      throw error;
    }
  }

  #isOver({ windowStart }: WindowState): boolean {
    const endMs = Number((windowStart + windowNanos) / nanosPerMilli);
    return this.#options.clock.nowMs() >= endMs + windowGraceMs;
  }

  #isLate(window: WindowState): boolean {
    return window.isCut && this.#isOver(window);
  }

  #windowsOf(tenant: TenantId): WindowState[] {
    return [...this.#windows.values()].filter((window) => window.tenant === tenant);
  }

  #checkLate(late: WindowState): void {
    const { lateWindowsMax } = this.#options;
    const count = (): number =>
      this.#windowsOf(late.tenant).filter((window) => window !== late && this.#isLate(window)).length;
    if (count() >= lateWindowsMax) this.release();
    if (count() < lateWindowsMax) return;
    const message = `tenant ${late.tenant} writes to ${lateWindowsMax} windows after they were cut, the most that are taken (-ingester.late-windows-max)`;
    throw new BasaltError("late_windows_limit", message, { retryAfterSeconds: 60 });
  }

  #checkTenant(tenant: TenantId): void {
    const count = (): number => this.#windowsOf(tenant).length;
    if (count() >= tenantWindowsMax) this.release();
    if (count() < tenantWindowsMax) return;
    const message = `tenant ${tenant} writes to ${tenantWindowsMax} windows of 15 min at a time, the most that are taken whatever the flags`;
    throw new BasaltError("late_windows_limit", message, { retryAfterSeconds: 60 });
  }
}
