// What an analyst does in JupyterLab, done in Chromium: run a cell with a map, ask for help, complete a name.
// node .ci/lab.mjs CHROMIUM ADDRESS NOTEBOOK LEAFLET [SCREENSHOTS]: prints what was seen as JSON. The notebook's first
// cell draws the map; the last is completed; those between are asked for help. Leaflet's files come from the folder
// given, and whatever else a page asks the web for is not found.
import { chromium } from "playwright-core";

const [executablePath, address, notebook, leaflet, screenshots] = process.argv.slice(2);
const WAIT = { timeout: 60_000 };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const picture = async (name) => screenshots && page.screenshot({ path: `${screenshots}/${name}.png` });
await page.route(/^https?:/, async (route) => {
  const url = route.request().url();
  const file = /\/npm\/leaflet@[\d.]+\/dist\/([\w./-]+)$/.exec(url)?.[1];
  if (url.startsWith(address)) return route.continue();
  return file ? route.fulfill({ path: `${leaflet}/${file}` }) : route.abort();
});

await page.goto(`${address}/lab/tree/${notebook}?reset`, WAIT);
await page.getByText("| Idle").waitFor(WAIT);
const cells = page.locator(".jp-Notebook .jp-CodeCell");
const last = (await cells.count()) - 1;
const enter = async (place) => {
  await cells.nth(place).locator(".cm-content").click();
  await page.keyboard.press("Control+End");
};

await enter(0);
await page.keyboard.press("Shift+Enter");
const map = page.frameLocator(".jp-OutputArea-output iframe");
await map.locator(".leaflet-container").waitFor(WAIT);
await map.locator(".leaflet-interactive").first().waitFor({ state: "attached", ...WAIT });
const sites = await map.locator(".leaflet-interactive").count();
await picture("map");

const help = {};
for (let place = 1; place < last; place++) {
  await enter(place);
  await page.keyboard.press("Shift+Tab");
  const tip = page.locator(".jp-Tooltip-content, .jp-Tooltip .jp-RenderedText").first();
  await tip.waitFor(WAIT);
  const height = await page.locator(".jp-Tooltip").evaluate((shown) =>
    Math.max(...[shown, ...shown.querySelectorAll("*")].map((part) => part.scrollHeight)));
  help[(await cells.nth(place).locator(".cm-content").innerText()).trim()] = height;
  await picture(`help-${place}`);
  await page.keyboard.press("Escape");
  await page.locator(".jp-Tooltip").waitFor({ state: "detached", ...WAIT });
}

await enter(last);
const names = page.locator(".jp-Completer-item .jp-Completer-match");
await page.keyboard.press("Tab");
await names.first().waitFor(WAIT);
await picture("names");
const completed = await names.allInnerTexts();
await browser.close();
console.log(JSON.stringify({ sites, help, completed }));
