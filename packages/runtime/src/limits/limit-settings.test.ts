import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTenantId } from "@basalt/model";
import { Config, settingValue } from "../config/config.ts";
import { defaultLimits, limitSettings } from "./limit-settings.ts";
import { equalLimits } from "./tenant-limits.ts";

describe("tenant limits", () => {
  it("that refuse by age, range or rate are off by default", () => {
    const limits = defaultLimits(Config.of(Object.values(limitSettings)));
    const off = [
      limits.rejectOlderThanMs,
      limits.queryLengthMaxMs,
      limits.queryLookbackMaxMs,
      limits.ingestionRateMb,
      limits.ingestionBurstSizeMb,
    ];
    assert.deepEqual(off, [0, 0, 0, 0, 0]);
    assert.equal(limits.rejectNewerThanMs, 600_000);
    assert.equal(limits.profileSizeBytesMax, 4_194_304);
  });

  it("come from the configuration and are the same for every tenant", () => {
    const changes = [settingValue(limitSettings.seriesMax, 7)];
    const source = equalLimits(defaultLimits(Config.of(Object.values(limitSettings), changes)));
    assert.equal(source.limitsFor(parseTenantId("a")).seriesMax, 7);
    assert.equal(source.limitsFor(parseTenantId("b")).seriesMax, 7);
  });
});
