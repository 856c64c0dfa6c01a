// What an analyst does with the live panel in JupyterLab, done in Chromium: run a cell that shows it, move a slider by
// the keyboard. node .ci/panel.mjs CHROMIUM ADDRESS NOTEBOOK MOVES [SCREENSHOT]: prints as JSON how many sliders there
// are, and for each move whether map and list changed and after how many milliseconds both had. Nothing of the web.
import { chromium } from "playwright-core";

const [executablePath, address, notebook, moves, screenshot] = process.argv.slice(2);
const WAIT = { timeout: 90_000 };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
await page.route(/^https?:/, (route) => route.request().url().startsWith(address) ? route.continue() : route.abort());
await page.goto(`${address}/lab/tree/${notebook}?reset`, WAIT);
await page.getByText("| Idle").waitFor(WAIT);
await page.locator(".jp-Notebook .jp-CodeCell .cm-content").first().click();
await page.keyboard.press("Shift+Enter");
await page.locator(".siteprior-map svg").waitFor(WAIT);
await page.locator(".siteprior-list table").waitFor(WAIT);
await page.waitForTimeout(1500);
const handles = page.locator(".siteprior-weight .noUi-handle");
const sliders = await handles.count();
const seen = [];
for (let move = 0; move < Number(moves); move++) {
  const handle = handles.nth(move % sliders);
  await handle.focus();
  await page.evaluate(() => {
    window.spChanged = new Promise((resolve) => {
      const start = { at: 0 }, changed = {};
      document.addEventListener("keydown", () => { start.at ||= performance.now(); }, { capture: true, once: true });
      const done = { both: null };
      for (const part of ["map", "list"]) {
        const watch = new MutationObserver(() => {
          changed[part] ??= performance.now() - start.at;
          if (changed.map !== undefined && changed.list !== undefined && !done.both) { done.both = true; resolve(changed); }
        });
        watch.observe(document.querySelector(`.siteprior-${part}`), { childList: true, subtree: true });
      }
      setTimeout(() => resolve(changed), 20_000);
    });
  });
  await page.keyboard.press("PageUp");
  seen.push(await page.evaluate(() => window.spChanged));
  await page.waitForTimeout(300);
}
const markup = await page.evaluate(() => window.planted ?? null);
if (screenshot) await page.screenshot({ path: screenshot });
await browser.close();
console.log(JSON.stringify({ sliders, moves: seen, planted: markup }));
