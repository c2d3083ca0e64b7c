export * from "./pprof/decode.ts";
export * from "./pprof/limits.ts";
