export * from "./ask.ts";
export * from "./corpus.ts";
export * from "./process-figures.ts";
export * from "./push.ts";
export * from "./schedule.ts";
export * from "./server-under-test.ts";
export * from "./sums.ts";
export * from "./tiny-pprof.ts";
