import type { SampleColumns } from "@basalt/model";
import { grow, retain } from "./columns.ts";

/** Stacks of samples as columns; see `SampleColumns`. */
export type StackColumns = Pick<SampleColumns, "stackStart" | "stackLocation">;

/** Writes stacks one after the other into columns that are reused for the next profile. */
export class StackRewriter {
  private start: Uint32Array = new Uint32Array(1024);
  private location: Uint32Array = new Uint32Array(16384);
  private sampleCount = 0;
  private frameCount = 0;

  begin(): void {
    this.start = retain(this.start);
    this.location = retain(this.location);
    this.start[0] = 0;
    this.sampleCount = 0;
    this.frameCount = 0;
  }

  /** Adds a frame at the root end of the open stack. */
  push(location: number): void {
    this.location = grow(this.location, this.frameCount + 1);
    this.location[this.frameCount++] = location;
  }

  /** Adds the frames [start, end) at the root end of the open stack. */
  copy(frames: Uint32Array, start: number, end: number): void {
    this.location = grow(this.location, this.frameCount + end - start);
    const { location } = this;
    // A loop: a stack is too short for a view of it to pay.
    let at = this.frameCount;
    for (let i = start; i < end; i++) location[at++] = frames[i] as number;
    this.frameCount = at;
  }

  /** Closes the open stack, and opens the next. */
  close(): void {
    this.sampleCount++;
    this.start = grow(this.start, this.sampleCount + 1);
    this.start[this.sampleCount] = this.frameCount;
  }

  /** The stacks written since {@link begin}, valid until the next one. */
  finish(): StackColumns {
    return { stackStart: this.start, stackLocation: this.location };
  }
}
