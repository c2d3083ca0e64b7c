import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, type ProfileColumns, stringAt } from "@basalt/model";
import { stackNames } from "../testing/profile-text.ts";
import { bytesOf, content, location, number, sample, sampleType, strings } from "../testing/wire-text.ts";
import { adaptToClient, type IngestClient } from "./adapt-client.ts";
import { PprofDecoder } from "./decode.ts";
import { defaultSampleTypeConfig } from "./sample-type-config.ts";

function client(spyName: string, ...types: readonly string[]): IngestClient {
  const settings = { displayName: "", units: "" };
  return {
    spyName,
    sampleTypeConfig: types.length === 0 ? defaultSampleTypeConfig : new Map(types.map((type) => [type, settings])),
  };
}

/** One stack whose frames are given as [file, name]. */
function profileOf(type: string, ...functions: readonly (readonly [string, string])[]): ProfileColumns {
  return new PprofDecoder().decode(
    bytesOf(
      strings(type, ...functions.flat()),
      sampleType(1, 0),
      ...functions.map((_, i) => content(5, [...number(1, i + 1), ...number(4, 2 * i + 2), ...number(2, 2 * i + 3)])),
      ...functions.map((_, i) => location(i + 1, i + 1)),
      sample(
        functions.map((_, i) => i + 1),
        [1],
      ),
    ),
  );
}

test("functions of script languages are named after their files", () => {
  const profile = profileOf("cpu", ["app.py", "run"], ["/usr/lib/x.py", "go"], ["app.py", "run"]);
  assert.deepEqual(stackNames(adaptToClient(profile, client("pyspy")), 0), ["app.py run", "go", "app.py run"]);
  for (const spy of ["rbspy", "scripting"]) {
    assert.deepEqual(stackNames(adaptToClient(profile, client(spy)), 0), [
      "app.py run",
      "/usr/lib/x.py go",
      "app.py run",
    ]);
  }
  for (const spy of ["gospy", "", "nodespy"]) assert.equal(adaptToClient(profile, client(spy)), profile);

  const nameless = profileOf("cpu", ["", "run"]);
  nameless.functionFilename[0] = 0;
  assert.equal(adaptToClient(nameless, client("rbspy")), nameless, "a function without a file keeps its name");
});

test("names that would grow without bound are refused", () => {
  const file = "f".repeat(60_000);
  const functions = Array.from({ length: 200 }, (_, i) =>
    content(5, [...number(1, i + 1), ...number(4, 1), ...number(2, i + 2)]),
  );
  const names = Array.from({ length: 200 }, (_, i) => `n${i}`);
  const profile = new PprofDecoder().decode(bytesOf(strings(file, ...names), ...functions));
  assert.throws(
    () => adaptToClient(profile, client("rbspy")),
    (error) => error instanceof BasaltError && error.code === "profile_too_large",
  );
});

test("sample types of the .NET profiler get underscores", () => {
  const profile = profileOf("inuse-space", ["a.cs", "run"]);
  const nameWith = (who: IngestClient): string => {
    const adapted = adaptToClient(profile, who);
    return stringAt(adapted, adapted.sampleTypeName[0] ?? 0);
  };
  assert.equal(nameWith(client("dotnetspy")), "inuse_space");
  assert.equal(nameWith(client("", "inuse-space")), "inuse_space");
  assert.equal(nameWith(client("unknown", "inuse-space")), "inuse_space");
  assert.equal(nameWith(client("unknown")), "inuse-space");
  assert.equal(nameWith(client("gospy", "inuse-space")), "inuse-space");
});
