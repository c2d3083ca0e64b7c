import { defineWorker } from "@basalt/runtime/thread";
import { setupIngestWorker } from "./setup-ingest-worker.ts";

defineWorker(setupIngestWorker);
