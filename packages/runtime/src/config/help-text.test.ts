import { describe, it } from "node:test";
import { matchesGolden } from "../golden.ts";
import { configMarkdown } from "./config-document.ts";
import { exampleSchema } from "./fixture/example-schema.ts";
import { helpText } from "./help-text.ts";

describe("what people read about the settings", () => {
  it("-help shows the usual ones", () =>
    matchesGolden(import.meta.url, "fixture/help.txt", helpText(exampleSchema, "basic")));
  it("-help-all shows all", () =>
    matchesGolden(import.meta.url, "fixture/help-all.txt", helpText(exampleSchema, "all")));
  it("docs/config.md shows all", () =>
    matchesGolden(import.meta.url, "fixture/config.md", configMarkdown(exampleSchema)));
});
