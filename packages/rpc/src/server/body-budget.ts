import { BasaltError } from "@basalt/model";

/** Counts the bytes of all bodies in flight, so that many large requests at once cannot exhaust the memory. */
export class BodyBudget {
  private readonly bytesMax: number;
  private bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytesInUse(): number {
    return this.bytes;
  }

  /**
   * Takes bytes from the budget. What would be alone is always let in: its own limit binds it.
   *
   * @param bytesHeld what the same request holds already.
   * @throws BasaltError `queue_full`.
   */
  take(bytes: number, bytesHeld: number): void {
    if (this.bytes + bytes > this.bytesMax && this.bytes > bytesHeld) {
      throw new BasaltError(
        "queue_full",
        `requests in flight hold ${this.bytes} of ${this.bytesMax} bytes (-server.request-bytes-in-flight-max)`,
        { retryAfterSeconds: 1 },
      );
    }
    this.bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.bytes -= bytes;
  }
}

/** What one request holds of the budget: its body as it comes, and what that inflates to. */
export class BodyShare {
  private readonly budget: BodyBudget;
  private bytes = 0;

  constructor(budget: BodyBudget) {
    this.budget = budget;
  }

  /** @throws BasaltError `queue_full`. */
  take(bytes: number): void {
    this.budget.take(bytes, this.bytes);
    this.bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.budget.giveBack(bytes);
    this.bytes -= bytes;
  }

  /** Gives all of it back: nobody reads the request any more. */
  release(): void {
    this.giveBack(this.bytes);
  }
}
