import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BasaltError } from "@basalt/model";
import { ManualClock } from "../manual-clock.ts";
import type { LogFormat } from "./create-logger.ts";
import { createLogger } from "./create-logger.ts";
import type { Logger } from "./logger.ts";
import { RecordingLogger } from "./logger.ts";

function linesOf(format: LogFormat, act: (logger: Logger) => void): readonly string[] {
  const lines: string[] = [];
  act(createLogger({ level: "info", format, clock: new ManualClock(0), write: (line) => void lines.push(line) }));
  return lines;
}

describe("a log", () => {
  it("writes logfmt: time, level, message, then fields; quotes only what needs them", () => {
    const lines = linesOf("logfmt", (log) => {
      log.with({ tenant: "a" }).info("upload new block", { bytes: 12n, path: "/x y", empty: "", none: undefined });
    });
    const wanted =
      'ts=1970-01-01T00:00:00.000Z level=info msg="upload new block" tenant=a bytes=12 path="/x y" empty=""\n';
    assert.deepEqual(lines, [wanted]);
  });

  it("writes JSON", () => {
    const lines = linesOf("json", (log) => log.warn("slow", { ms: 7, ok: false }));
    assert.deepEqual(JSON.parse(lines[0] ?? ""), {
      level: "warn",
      ts: "1970-01-01T00:00:00.000Z",
      ms: 7,
      ok: false,
      msg: "slow",
    });
  });

  it("leaves out what is below its level", () => {
    assert.equal(linesOf("logfmt", (log) => log.debug("noise")).length, 0);
  });

  it("keeps a line one line, whatever is in it", () => {
    const [line = ""] = linesOf("logfmt", (log) => log.error('a\nb\u0000"', { "k=\n": "v\r\n" }));
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.match(line, /k__="v\\r\\n"/);
  });

  it("shows a foreseen error by its message and code, any other by its stack", () => {
    const foreseen = new BasaltError("disk_full", "no room", { cause: new BasaltError("internal", "why") });
    const [line = ""] = linesOf("logfmt", (log) => log.error("x", { error: foreseen }));
    assert.match(line, /error="no room \[disk_full\]: why \[internal\]"/);
    const [other = ""] = linesOf("logfmt", (log) => log.error("x", { error: new TypeError("odd") }));
    assert.match(other, /TypeError: odd\\n +at /);
  });

  it("can be recorded", () => {
    const log = new RecordingLogger();
    log.with({ a: 1 }).info("hello", { b: 2 });
    assert.deepEqual(log.entries, [{ level: "info", message: "hello", fields: { a: 1, b: 2 } }]);
  });
});
