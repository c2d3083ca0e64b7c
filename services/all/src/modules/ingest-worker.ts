import { defineWorker } from "@basalt/runtime/thread";
import { setupIngestWorker } from "../ingest/setup-ingest-worker.ts";

defineWorker(setupIngestWorker);
