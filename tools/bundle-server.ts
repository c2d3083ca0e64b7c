/**
 * Bundles the built server, as `npm run build` does after `tsc -b`: the main thread and each kind of thread open a handful
 * of files in place of two hundred (docs/adr/0082). `bin/basalt` runs the bundle unless a later build has made it old.
 */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { buildIdentity } from "./build-identity.ts";

const services = new URL("../services/", import.meta.url);

/** Threads lie beside the main module, where `siblingModule` looks for them. */
const entries = {
  main: "all/dist/main.js",
  "ingest-worker": "all/dist/modules/ingest-worker.js",
  "query-worker": "querier/dist/query-worker.js",
  "cut-worker": "ingester/dist/cut-worker.js",
} as const;

/** As deep as `all/dist/modules`, from which the files of the UI are found. */
const folder = "all/dist/bundle";

/** Loaded only where they are configured: traces, and a bucket in S3. */
const isLeftAlone = /^@(?:opentelemetry|aws-sdk)\//;

const input = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, pathOf(path)]));
const identity = buildIdentity(fileURLToPath(new URL("..", import.meta.url)));
const bundle = await rolldown({
  input,
  platform: "node",
  external: isLeftAlone,
  logLevel: "warn",
  transform: { define: { basaltBuild: JSON.stringify(identity) } },
});
// Names without hashes: files are replaced, so that a server which runs meanwhile still finds what it has yet to load.
await bundle.write({
  dir: pathOf(folder),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: ({ moduleIds }) => `${packageOf(moduleIds.at(-1) ?? "")}.chunk.js`,
});
await bundle.close();

/** What a shared file is named for: the package that its last module is of. */
function packageOf(moduleId: string): string {
  return /(?:packages|services|node_modules)\/(?:@[^/]+\/)?([^/]+)\//.exec(moduleId)?.[1] ?? "shared";
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(path, services));
}
