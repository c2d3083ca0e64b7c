import type { HttpRequest, HttpResponse, HttpRoute } from "@basalt/rpc";
import { headerValue, listsCoding, textResponse } from "@basalt/rpc";
import type { UiAsset, UiAssets } from "./ui-assets.ts";

/** Pages of the app; the browser finds out which one. The last three are Pyroscope's. */
const pagePaths = ["/", "/profile", "/compare", "/explore", "/comparison", "/comparison-diff"] as const;

/** Nothing from elsewhere, nothing inline, in no foreign frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
} as const;

/** Serves the browser app: its pages, its hashed files, and what else lies at its root. */
export function uiRoutes(assets: UiAssets): readonly HttpRoute[] {
  const get = (path: string, answer: (request: HttpRequest) => HttpResponse): HttpRoute => ({
    path,
    methods: ["GET"],
    tenancy: "none",
    handle: (request) => Promise.resolve(answer(request)),
  });
  const file = (request: HttpRequest): HttpResponse => send(assets.get(request.path), request);
  const page = (request: HttpRequest): HttpResponse => send(assets.get("/index.html"), request);
  const rootFiles = [...assets.keys()].filter((path) => path !== "/index.html" && path.lastIndexOf("/") === 0);
  return [
    ...pagePaths.map((path) => get(path, page)),
    get("/assets/*", file),
    ...rootFiles.map((path) => get(path, file)),
    ...["/ui", "/ui/*"].map((path) => get(path, () => ({ status: 302, headers: { location: "/" } }))),
  ];
}

function send(asset: UiAsset | undefined, request: HttpRequest): HttpResponse {
  if (asset === undefined) return textResponse("not found", 404);
  const headers = {
    ...securityHeaders,
    "content-type": asset.contentType,
    "cache-control": asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    etag: asset.etag,
    vary: "accept-encoding",
  };
  if (namesTag(headerValue(request.headers, "if-none-match"), asset.etag)) return { status: 304, headers };
  const { br, gzip, identity } = asset;
  const accepted = headerValue(request.headers, "accept-encoding");
  if (br !== undefined && listsCoding(accepted, "br")) {
    return { status: 200, headers: { ...headers, "content-encoding": "br" }, body: br };
  }
  if (gzip !== undefined && listsCoding(accepted, "gzip")) {
    return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: gzip };
  }
  return { status: 200, headers, body: identity };
}

/** A list of tags, weak ones included: what is compared is the content, not its encoding. */
function namesTag(list: string | undefined, etag: string): boolean {
  if (list === undefined) return false;
  return list.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
