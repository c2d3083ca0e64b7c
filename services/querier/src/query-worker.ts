import { defineWorker } from "@basalt/runtime/thread";
import { setupQueryWorker } from "./setup-query-worker.ts";

defineWorker(setupQueryWorker);
