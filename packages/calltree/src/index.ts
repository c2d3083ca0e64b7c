export * from "./call-tree.ts";
