/** A Chromium that is installed, watched for everything that a page must not do. */
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isExecutable } from "../../processes/runtimes.ts";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const PLACES = [
  "/usr/bin",
  "/usr/local/bin",
  "/snap/bin",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Where one is: CHROME_PATH, else the usual places; null where there is none. */
export function findChromium(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...PLACES];
  const candidates = process.env.CHROME_PATH
    ? [process.env.CHROME_PATH]
    : folders.flatMap((place) =>
      place.startsWith("/Applications") ? [place] : NAMES.map((name) => join(place, name))
    );
  return candidates.find(isExecutable) ?? null;
}

/** The sandbox of Chromium refuses to run as root, as in a container. */
export function launchChromium(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0 });
}

export interface WatchedPage {
  page: Page;
  /** Errors on the console (a violated policy is one), exceptions, requests other than the file itself. */
  complaints: string[];
}

/** Opens a file from the disk and waits until it can be used. */
export async function openFile(
  browser: Browser,
  path: string,
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = pathToFileURL(path).href;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:")) complaints.push(`request for ${url}`);
  });
  await page.goto(address);
  return { page, complaints };
}
