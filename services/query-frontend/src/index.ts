export { functionService } from "./function-service.ts";
export { querierService } from "./querier-service.ts";
export type { QueryFrontendOptions } from "./query-call.ts";
export { renderRoutes } from "./render-routes.ts";
export type { UiAsset, UiAssets } from "./ui-assets.ts";
export { loadUiAssets } from "./ui-assets.ts";
export { uiRoutes } from "./ui-routes.ts";
