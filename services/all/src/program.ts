import type { Program } from "@basalt/runtime";
import { ConfigSchema, defineTarget, runtimeSettings } from "@basalt/runtime";

/** The server: every module that a process of Basalt may be made of. */
export const program: Program = {
  schema: new ConfigSchema(runtimeSettings),
  build: { version: "0.1.0", revision: "unknown", branch: "unknown" },
  targets: () => [defineTarget("all", {})],
};
