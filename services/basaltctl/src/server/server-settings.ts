import { type AnySetting, type Setting, setting } from "@basalt/runtime";
import { tenantSetting } from "../storage.ts";

export const urlSetting: Setting<string> = setting({
  path: "url",
  flag: "url",
  type: "string",
  default: "http://127.0.0.1:4040",
  category: "basic",
  description: "The server, with its path prefix if it has one.",
});

export const timeoutSetting: Setting<number> = setting({
  path: "timeout",
  flag: "timeout",
  type: "duration",
  default: "5m",
  min: "1ms",
  category: "basic",
  description: "How long to wait for one answer.",
});

/** How a server is reached. */
export const serverSettings: readonly AnySetting[] = [urlSetting, tenantSetting, timeoutSetting];
