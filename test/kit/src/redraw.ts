import type { CorpusProfile } from "./corpus.ts";
import { SampleWriter } from "./pprof-rewrite.ts";

/** Kinds whose first value is a count of timer ticks: a Poisson variable. */
const countedKinds: ReadonlySet<string> = new Set(["cpu", "wall"]);

/**
 * Redraws the values of a profile so that no two pushes repeat: a Poisson count for CPU and wall samples (their other
 * values in proportion), one factor in ±10 % per sample for the rest.
 */
export class Redraw {
  private readonly profile: CorpusProfile;
  private state: number;

  constructor(profile: CorpusProfile, seed: number) {
    this.profile = profile;
    this.state = seed | 0 || 1;
  }

  encode(): { readonly bytes: Buffer; readonly totals: readonly bigint[] } {
    const sums = new Array<number>(this.profile.sampleTypes.length).fill(0);
    const writer = new SampleWriter();
    const isCounted = countedKinds.has(this.profile.kind);
    for (const sample of this.profile.samples) {
      const values = isCounted ? this.poissonValues(sample.values) : this.scaledValues(sample.values);
      for (let i = 0; i < values.length; i++) sums[i] = (sums[i] ?? 0) + (values[i] ?? 0);
      writer.write(sample.fixed, values);
    }
    return { bytes: writer.finish(), totals: sums.map(BigInt) };
  }

  private poissonValues(values: readonly number[]): readonly number[] {
    const count = values[0] ?? 0;
    if (count === 0) return values;
    const drawn = this.poisson(count);
    return values.map((value) => Math.round((value / count) * drawn));
  }

  private scaledValues(values: readonly number[]): readonly number[] {
    const factor = 0.9 + 0.2 * this.next();
    return values.map((value) => Math.round(value * factor));
  }

  /** Knuth's method for small means, a rounded normal for large ones. */
  private poisson(mean: number): number {
    if (mean > 30) {
      const normal = Math.sqrt(-2 * Math.log(this.next() || 1e-12)) * Math.cos(2 * Math.PI * this.next());
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
    }
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }

  /** mulberry32, uniform in [0, 1). */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}
