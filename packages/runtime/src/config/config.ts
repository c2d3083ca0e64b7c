import { assert } from "@basalt/model";
import type { AnySetting, Setting } from "./setting.ts";

/** What a process was told: a value for each setting of its schema. */
export class Config {
  private readonly values: ReadonlyMap<string, unknown>;

  /** Takes a value for each path. */
  constructor(values: ReadonlyMap<string, unknown>) {
    this.values = values;
  }

  /** The defaults of some settings, changed where a test or a tool says so. */
  static of(settings: Iterable<AnySetting>, changes: Iterable<SettingValue> = []): Config {
    const values = new Map<string, unknown>();
    for (const { path, defaultValue } of settings) values.set(path, defaultValue);
    for (const { setting, value } of changes) values.set(setting.path, value);
    return new Config(values);
  }

  /** The value of a setting, which must be in the schema. */
  get<T>(setting: Setting<T>): T {
    assert(this.values.has(setting.path), `the setting ${setting.path} is in no module's schema`);
    return this.values.get(setting.path) as T;
  }
}

/** A setting and a value for it. */
export interface SettingValue {
  readonly setting: AnySetting;
  readonly value: unknown;
}

/** Pairs a setting with a value of its type. */
export function settingValue<T>(setting: Setting<T>, value: T): SettingValue {
  return { setting, value };
}
