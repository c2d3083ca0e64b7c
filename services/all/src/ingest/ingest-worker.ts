import { defineWorker } from "@basalt/runtime";
import { setupIngestWorker } from "./setup-ingest-worker.ts";

defineWorker(setupIngestWorker);
