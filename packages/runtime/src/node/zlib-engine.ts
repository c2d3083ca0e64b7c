/** The engine inside a stream of `node:zlib`, as Node's own synchronous functions drive it. */
interface Handle {
  /** Called by the engine itself, before `writeSync` returns. */
  onerror: (message: string, errno: number, code: string) => void;
  reset(): void;
  writeSync(
    ...args: [flush: number, input: Uint8Array, from: number, count: number, ...output: [Uint8Array, number, number]]
  ): void;
}

/** A stream of `node:zlib` with the parts that are not public. */
interface OpenStream {
  readonly _handle: Handle | null;
  /** Output space and input that are left. */
  readonly _writeState: Uint32Array;
  destroy(): void;
}

/** Input from an offset on, and where output goes. */
export interface EngineWork {
  readonly input: Uint8Array;
  readonly inputFrom: number;
  readonly output: Uint8Array;
  readonly outputFrom: number;
}

/**
 * One engine of `node:zlib` for call after call. The synchronous functions of Node make an engine for each call, some 50 KB
 * outside the heap that the garbage collector then runs for.
 *
 * It drives the engine inside Node's stream, which is no public interface: where that is not as expected there is no
 * engine, and the synchronous functions do the work (docs/adr/0021-one-inflate-engine.md).
 */
export class ZlibEngine {
  private readonly stream: OpenStream;
  private readonly handle: Handle;
  private failure: Error | undefined;

  private constructor(stream: OpenStream, handle: Handle) {
    this.stream = stream;
    this.handle = handle;
    // The stream's own listener would close the engine, and a write to a closed engine ends the process.
    handle.onerror = (message, _errno, code) => {
      this.failure ??= new Error(`${code}: ${message}`);
    };
  }

  /** The engine of a stream that nobody else uses; undefined if this Node has none of the known form. */
  static of(stream: object): ZlibEngine | undefined {
    const open = stream as OpenStream;
    const { _handle: handle, _writeState: state } = open;
    const isKnown = typeof handle?.writeSync === "function" && "onerror" in handle && state instanceof Uint32Array;
    return isKnown ? new ZlibEngine(open, handle) : undefined;
  }

  /** Whether it has failed, and is of no more use. */
  get isClosed(): boolean {
    return this.failure !== undefined;
  }

  /** Begins with new input. */
  reset(): void {
    this.handle.reset();
  }

  /**
   * Goes on with the input. Space that is left in the output means that the engine is done.
   *
   * @throws what the engine says of damaged input.
   */
  write(flush: number, work: EngineWork): { readonly spaceLeft: number; readonly inputLeft: number } {
    const { input, inputFrom, output, outputFrom } = work;
    const space = output.length - outputFrom;
    this.handle.writeSync(flush, input, inputFrom, input.length - inputFrom, output, outputFrom, space);
    if (this.failure !== undefined) {
      this.stream.destroy();
      throw this.failure;
    }
    return { spaceLeft: this.stream._writeState[0] ?? 0, inputLeft: this.stream._writeState[1] ?? 0 };
  }
}
