import { constants, createGunzip, gunzipSync } from "node:zlib";

/** 256 KiB: what nearly every profile inflates to; a larger one has the buffer grow, and the next gets this size again. */
const keptBytes = 1 << 18;

/** zlib's engine as Node's own synchronous functions drive it: output space and input left are in `state`. */
interface Engine {
  /** Called by the engine itself, before `writeSync` returns. */
  onerror: (message: string, errno: number, code: string) => void;
  reset(): void;
  writeSync(
    ...args: [flush: number, input: Uint8Array, from: number, count: number, ...output: [Uint8Array, number, number]]
  ): void;
}

interface OpenGunzip {
  readonly _handle: Engine | null;
  readonly _writeState: Uint32Array;
  destroy(): void;
}

/**
 * Inflates gzip body after body with one engine and one buffer. `gunzipSync` makes both anew for each body, 90 KB outside
 * the heap that the garbage collector then runs for: 107 instead of 126 us a profile, and half the collections.
 *
 * It drives the engine inside Node's stream, which is no public interface; where that is not as expected, `gunzipSync` does
 * the work (docs/adr/0021-one-inflate-engine.md).
 */
export class Inflater {
  private gunzip: OpenGunzip | undefined;
  private failure: Error | undefined;
  private output: Uint8Array = new Uint8Array(keptBytes);

  /**
   * The inflated bytes, valid until the next call.
   *
   * @param sizeHint a good first size of the output, bytes.
   * @throws RangeError when the output passes `outputBytesMax`; another error when the input is not whole gzip.
   */
  inflate(bytes: Uint8Array, outputBytesMax: number, sizeHint: number): Uint8Array {
    const engine = this.engine();
    if (engine === undefined) {
      return gunzipSync(bytes, { maxOutputLength: outputBytesMax, chunkSize: Math.max(64, sizeHint) });
    }
    this.reserve(Math.min(sizeHint, outputBytesMax + 1));
    engine.handle.reset();
    let from = 0;
    let written = 0;
    for (;;) {
      const space = this.output.length - written;
      const left = bytes.length - from;
      engine.handle.writeSync(constants.Z_FINISH, bytes, from, left, this.output, written, space);
      if (this.failure !== undefined) throw this.takeFailure();
      written += space - (engine.state[0] ?? 0);
      from += left - (engine.state[1] ?? 0);
      if (written > outputBytesMax) throw new RangeError(`gzip body inflates to more than ${outputBytesMax} bytes`);
      // Space was left: the engine is done.
      if ((engine.state[0] ?? 0) > 0) break;
      this.grow(written, outputBytesMax + 1);
    }
    if (from < bytes.length) throw new Error(`gzip body ends ${bytes.length - from} bytes before the input does`);
    return this.output.subarray(0, written);
  }

  private engine(): { readonly handle: Engine; readonly state: Uint32Array } | undefined {
    this.gunzip ??= createGunzip() as unknown as OpenGunzip;
    const { _handle: handle, _writeState: state } = this.gunzip;
    if (typeof handle?.writeSync !== "function" || !("onerror" in handle) || !(state instanceof Uint32Array))
      return undefined;
    // The stream's own listener would close the engine, and a write to a closed engine ends the process.
    handle.onerror = (message, _errno, code) => {
      this.failure ??= new Error(`${code}: ${message}`);
    };
    return { handle, state };
  }

  /** A failed engine is not used again. */
  private takeFailure(): Error {
    const failure = this.failure ?? new Error("gzip body is damaged");
    this.failure = undefined;
    this.gunzip?.destroy();
    this.gunzip = undefined;
    return failure;
  }

  private reserve(byteLength: number): void {
    const wanted = Math.max(keptBytes, byteLength);
    // Also lets go of what a huge body needed.
    if (this.output.length < wanted || this.output.length > 8 * wanted) this.output = new Uint8Array(wanted);
  }

  private grow(used: number, byteLengthMax: number): void {
    const grown = new Uint8Array(Math.min(this.output.length * 2, Math.max(byteLengthMax, used + 1)));
    grown.set(this.output.subarray(0, used));
    this.output = grown;
  }
}
