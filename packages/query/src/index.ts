export * from "./plan/plan-labels.ts";
export * from "./plan/plan-range.ts";
export * from "./plan/plan-render.ts";
export * from "./plan/plan-select.ts";
export * from "./plan/point-interval.ts";
export * from "./plan/query-plan.ts";
