import { defineWorker } from "@basalt/runtime/thread";
import { setupCutWorker } from "./setup-cut-worker.ts";

defineWorker(setupCutWorker);
