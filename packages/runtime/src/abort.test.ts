import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BasaltError } from "@basalt/model";
import { abortError, deadlineAfter } from "./abort.ts";
import { ManualClock } from "./manual-clock.ts";

describe("deadlines", () => {
  it("abort with their code and message when the time has passed", async () => {
    const clock = new ManualClock();
    const deadline = deadlineAfter(clock, 50, { code: "query_timeout", message: "over -querier.timeout of 50 ms" });
    await clock.advance(49);
    assert.equal(deadline.signal.aborted, false);
    await clock.advance(1);
    assert.equal(abortError(deadline.signal).publicMessage, "over -querier.timeout of 50 ms [query_timeout]");
  });

  it("follow their parent, also one that was aborted before", () => {
    const parent = new AbortController();
    const options = { parent: parent.signal };
    const before = deadlineAfter(new ManualClock(), 50, options);
    parent.abort(new BasaltError("shutting_down", "stopping"));
    assert.equal(abortError(before.signal).code, "shutting_down");
    assert.equal(abortError(deadlineAfter(new ManualClock(), 50, options).signal).code, "shutting_down");
  });

  it("leave no timer behind once released", () => {
    const clock = new ManualClock();
    deadlineAfter(clock, 50).release();
    assert.equal(clock.timerCount, 0);
  });
});

describe("the error of an aborted signal", () => {
  it("is the reason where that is one of ours, else canceled or deadline_exceeded", () => {
    assert.equal(abortError(AbortSignal.abort()).code, "canceled");
    assert.equal(abortError(AbortSignal.abort("no error at all")).code, "canceled");
    const timeout = new DOMException("late", "TimeoutError");
    assert.equal(abortError(AbortSignal.abort(timeout)).code, "deadline_exceeded");
  });
});
