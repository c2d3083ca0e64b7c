import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false },
  server: {
    proxy: {
      "/querier.v1.QuerierService": "http://127.0.0.1:4040",
      "/basalt.v1.QueryService": "http://127.0.0.1:4040",
    },
  },
});

// biome-ignore lint/style/noDefaultExport: Vite reads its configuration from a default export.
export default config;
