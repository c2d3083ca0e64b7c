/** Above it doubles are not exact. */
const exactMax = 2 ** 53;

/** Integers that grow: doubles as long as each is exact in one, else bigints. */
export class Int64Column {
  values: Float64Array | BigInt64Array = new Float64Array(1024);
  count = 0;

  push(value: number | bigint): void {
    if (this.count === this.values.length) this.#grow();
    this.#set(this.count++, value);
  }

  /** Adds to a value that is there; the caller knows that the sum fits int64. */
  add(index: number, value: number | bigint): void {
    const before = this.values[index] as number | bigint;
    if (typeof before === "number" && typeof value === "number" && before + value <= exactMax) {
      this.values[index] = before + value;
    } else this.#set(index, BigInt(before) + BigInt(value));
  }

  #set(index: number, value: number | bigint): void {
    if (this.values instanceof BigInt64Array) this.values[index] = BigInt(value);
    else if (typeof value === "number") this.values[index] = value;
    else if (value <= exactMax && value >= -exactMax) this.values[index] = Number(value);
    else {
      this.values = BigInt64Array.from(this.values, BigInt);
      this.values[index] = value;
    }
  }

  #grow(): void {
    const length = this.values.length * 2;
    if (this.values instanceof BigInt64Array) {
      const larger = new BigInt64Array(length);
      larger.set(this.values);
      this.values = larger;
    } else {
      const larger = new Float64Array(length);
      larger.set(this.values);
      this.values = larger;
    }
  }
}

/** A sum of integers of at least 0: in a double as long as it is exact. */
export class ExactSum {
  #above = 0n;
  #part = 0;

  add(value: number | bigint): void {
    if (typeof value === "bigint") this.#above += value;
    else if (this.#part + value <= Number.MAX_SAFE_INTEGER) this.#part += value;
    else {
      this.#above += BigInt(this.#part);
      this.#part = value;
    }
  }

  total(): bigint {
    return this.#above + BigInt(this.#part);
  }
}
