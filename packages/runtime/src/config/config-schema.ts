import { assert } from "@basalt/model";
import type { AnySetting } from "./setting.ts";

/** All settings of a program, composed from its modules. */
export class ConfigSchema {
  /** In the order in which the modules declare them. */
  readonly settings: readonly AnySetting[];
  readonly byFlag: ReadonlyMap<string, AnySetting>;
  readonly byPath: ReadonlyMap<string, AnySetting>;

  /** Refuses two settings of one flag or path, and a path that is inside another. */
  constructor(settings: Iterable<AnySetting>) {
    this.settings = [...settings];
    this.byFlag = new Map(this.settings.map((setting) => [setting.flag, setting]));
    this.byPath = new Map(this.settings.map((setting) => [setting.path, setting]));
    assert(this.byFlag.size === this.settings.length, `a flag is declared twice: ${twice(this.settings, "flag")}`);
    assert(this.byPath.size === this.settings.length, `a path is declared twice: ${twice(this.settings, "path")}`);
    for (const path of this.byPath.keys()) {
      for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
        assert(!this.byPath.has(path.slice(0, dot)), `the path ${path} is inside another setting`);
      }
    }
  }

  /** Settings by the first part of their path, in order of declaration; those at the top come first, under "". */
  sections(): ReadonlyMap<string, readonly AnySetting[]> {
    const sections = new Map<string, AnySetting[]>([["", []]]);
    for (const setting of this.settings) {
      const dot = setting.path.indexOf(".");
      const name = dot < 0 ? "" : setting.path.slice(0, dot);
      const section = sections.get(name);
      if (section === undefined) sections.set(name, [setting]);
      else section.push(setting);
    }
    return sections;
  }
}

function twice(settings: readonly AnySetting[], key: "flag" | "path"): string {
  const seen = new Set<string>();
  return settings.find((setting) => seen.size === seen.add(setting[key]).size)?.[key] ?? "none";
}
