import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, type Terminal } from "@basalt/runtime";
import { Output } from "./output.ts";

/** A terminal that keeps what it shows. */
class FakeTerminal implements Terminal {
  readonly args: readonly string[] = [];
  readonly isWatched: boolean;
  readonly columns = 60;
  shown = "";
  errors = "";

  constructor(isWatched: boolean) {
    this.isWatched = isWatched;
  }

  write(content: string | Uint8Array): Promise<void> {
    this.shown += String(content);
    return Promise.resolve();
  }

  writeError(text: string): void {
    this.errors += text;
  }

  read(): Promise<Uint8Array> {
    return Promise.reject(new Error("nothing to read"));
  }

  onStop(): void {
    // Never stopped.
  }

  exit(): void {
    // Goes on.
  }
}

test("progress is drawn ten times a second, with the time that is left, and wiped before results", async () => {
  const terminal = new FakeTerminal(true);
  const clock = new ManualClock();
  const output = new Output(terminal, clock);
  const bar = output.progress("verify", 1000);
  bar.advance(0);
  assert.equal(terminal.errors, `\rverify [>${" ".repeat(39)}]   0 %\u001b[K`);
  terminal.errors = "";
  await clock.advance(50);
  bar.advance(250);
  assert.equal(terminal.errors, "", "too soon");
  await clock.advance(950);
  bar.advance(250);
  assert.match(terminal.errors, /^\rverify \[=+> +\] {2}50 % {2}1 s left\u001b\[K$/);
  assert.ok(terminal.errors.length < 60 + 4);
  terminal.errors = "";
  await output.text("found\n");
  assert.deepEqual([terminal.errors, terminal.shown], ["\r\u001b[K", "found\n"]);
});

test("nobody watches: no progress", () => {
  const terminal = new FakeTerminal(false);
  const output = new Output(terminal, new ManualClock());
  output.progress("verify", 2).advance(1);
  output.note("said");
  assert.equal(terminal.errors, "basaltctl: said\n");
});

test("tables align, and a value cannot move the cursor", async () => {
  const terminal = new FakeTerminal(false);
  const columns = [{ title: "NAME" }, { title: "SIZE", align: "right" }] as const;
  await new Output(terminal, new ManualClock()).table(columns, [
    ["main", "1"],
    ["\u001b[2Jrun\n", "12345"],
  ]);
  assert.equal(terminal.shown, "NAME       SIZE\nmain          1\n?[2Jrun?  12345\n");
});

test("lines are written together and in order with other output", async () => {
  const terminal = new FakeTerminal(false);
  const output = new Output(terminal, new ManualClock());
  await output.line("one");
  await output.line("two");
  assert.equal(terminal.shown, "");
  await output.json({ large: 2n ** 63n });
  assert.equal(terminal.shown, 'one\ntwo\n{"large":"9223372036854775808"}\n');
});
