export * from "./symbol-tables.ts";
