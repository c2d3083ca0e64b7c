/** A real server with a small load in it, and a real Chromium to look at it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { driveLoad, flush, loadSeries, readCorpus, repositoryRoot, ServerUnderTest, schedule } from "@basalt/test-kit";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";

/** Where systems put the browser; BASALT_TEST_CHROMIUM names another place. */
const browserPaths: readonly string[] = [
  process.env["BASALT_TEST_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const axeSource: string = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Services of the load. */
export const services: readonly string[] = ["svc-00", "svc-01", "svc-02"];
export const cpuType: string = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const podsPerService = 2;
const tickCount = 12;

export class Site {
  readonly server: ServerUnderTest;
  private readonly browser: Browser;

  private constructor(server: ServerUnderTest, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  /** Starts both and pushes twelve minutes of profiles, unless the server is to stay empty. */
  static async start(options: { readonly isEmpty?: boolean } = {}): Promise<Site> {
    const executablePath = browserPaths.find((path) => path !== "" && existsSync(path));
    assert.ok(executablePath, "no Chromium found: install it, or name its file in BASALT_TEST_CHROMIUM");
    const [server, browser] = await Promise.all([
      ServerUnderTest.create([]),
      chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] }),
    ]);
    await server.start();
    if (options.isEmpty !== true) await fill(server.url);
    return new Site(server, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    this.server.removeData();
  }

  /** A new window; what the browser complains about is kept. */
  async visit(path: string, options: { readonly theme?: "light" | "dark" } = {}): Promise<Visit> {
    const context = await this.browser.newContext({
      baseURL: this.server.url,
      viewport: { width: 1440, height: 900 },
      colorScheme: options.theme ?? "light",
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const visit = new Visit(context, page);
    await page.goto(path);
    return visit;
  }
}

let shared: Promise<Site> | undefined;

/** The site with the load in it: one for all tests of the process. */
export function sharedSite(): Promise<Site> {
  shared ??= Site.start();
  return shared;
}

after(async () => {
  await (await shared)?.stop();
});

async function fill(url: string): Promise<void> {
  const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
  const series = loadSeries(corpus).filter(
    ({ service, podIndex }) => services.includes(service) && podIndex < podsPerService,
  );
  const endNanos = (BigInt(Date.now()) - 60_000n) * 1_000_000n;
  const pushes = [...schedule(series, { ticks: tickCount, tickSeconds: 60, endNanos })];
  const { failed, firstError } = await driveLoad(pushes, { url, connections: 4, resample: false, overSeconds: 0 });
  assert.equal(failed, 0, firstError);
  await flush(url);
}

/** A point and a size in CSS pixels of the window. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One window of the browser. */
export class Visit {
  readonly page: Page;
  /** Errors of scripts, of the content policy, of the console. */
  readonly complaints: string[] = [];
  private readonly context: BrowserContext;

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
  }

  get url(): URL {
    return new URL(this.page.url());
  }

  param(name: string): string | null {
    return this.url.searchParams.get(name);
  }

  /** Closes the window. @throws if the browser complained */
  async end(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }

  /** Waits until the URL says so; everything else follows from it. */
  async until(rule: (url: URL) => boolean): Promise<void> {
    await this.page.waitForURL(rule, { timeout: 10_000, waitUntil: "commit" });
  }

  /** Waits until all calls are answered and what they brought is drawn; gives a digest of a flame graph's pixels. */
  async pixels(index = 0): Promise<string> {
    await this.page.locator(".flame-stage canvas").nth(index).waitFor();
    // Away from the graph, which marks the frame under the pointer.
    await this.page.mouse.move(0, 0);
    await this.settled();
    const data = await this.page.evaluate((at) => {
      const canvas = document.querySelectorAll<HTMLCanvasElement>(".flame-stage canvas")[at];
      return canvas?.toDataURL() ?? "";
    }, index);
    return createHash("sha256").update(data).digest("hex");
  }

  /** Waits until nothing is asked any more, two frames after what was done last, and is drawn. */
  async settled(): Promise<void> {
    await this.frames();
    await this.page.waitForFunction(() => document.querySelector('[aria-busy="true"], .dimmed') === null);
    await this.frames();
  }

  /** Waits for two frames: what was done reached the screen. */
  private async frames(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Where the flame graph draws the widest frame of a name. */
  async place(name: string): Promise<Place | undefined> {
    return await this.page.evaluate((wanted) => {
      type Stage = HTMLElement & { readonly flame?: { readonly locate: (name: string) => Place | undefined } };
      return document.querySelector<Stage>(".flame-stage")?.flame?.locate(wanted);
    }, name);
  }

  /** The first functions of the table, as it is sorted. */
  async tableNames(): Promise<string[]> {
    return await this.page.locator(".functions .link").allTextContents();
  }

  /** Violations that axe finds, in words. */
  async violations(): Promise<string[]> {
    await this.settled();
    await this.page.evaluate(`${axeSource};0`);
    return await this.page.evaluate(async () => {
      interface Axe {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      }
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    });
  }
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}
