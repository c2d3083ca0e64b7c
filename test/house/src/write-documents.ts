/** `npm run docs`: writes the documents that are made from the code. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configDocument, metricsDocument } from "./documents.ts";
import { root } from "./repository.ts";

writeFileSync(join(root, "docs/config.md"), configDocument());
writeFileSync(join(root, "docs/metrics.md"), await metricsDocument());
