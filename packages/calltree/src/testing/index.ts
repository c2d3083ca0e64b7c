export * from "./picture.ts";
export * from "./random-tree.ts";
