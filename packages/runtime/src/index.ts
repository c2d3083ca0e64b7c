export * from "./clock.ts";
export * from "./file-system.ts";
export * from "./random.ts";
