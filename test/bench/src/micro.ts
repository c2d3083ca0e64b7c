/** Kernels alone, per core; see docs/bench.md. */
export async function runMicro(): Promise<void> {
  throw new Error("filled in once the kernels stand");
}
