// What a reader does with a run's report, done in Chromium: open it, click a site, filter, search, sort, save, weigh.
// node .ci/report.mjs CHROMIUM FILE WIDTH [SCREENSHOTS]: prints as JSON what was seen. Nothing of the web is there.
// axe-core, where it is installed beside playwright-core, says what people with other means of reading would miss.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, file, width, screenshots] = process.argv.slice(2);
const WAIT = { timeout: 90_000 };
const DRAWN = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];
const size = { width: Number(width), height: Number(width) < 500 ? 844 : 1000 };
const seen = { requests: [], faults: [] };

let axe = null;
try {
  axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
} catch { /* the test then says that it was not there */ }

const opened = async (args) => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
  const page = await browser.newPage({ viewport: size, acceptDownloads: true, reducedMotion: "reduce" });
  page.on("request", (one) => { if (!/^(blob|data):/.test(one.url())) seen.requests.push(one.url()); });
  page.on("console", (one) => { if (one.type() === "error") seen.faults.push(one.text()); });
  page.on("pageerror", (fault) => seen.faults.push(String(fault)));
  await page.goto(file, WAIT);
  return { browser, page };
};

const { browser, page } = await opened(DRAWN);
let shots = 0;
const shot = async (name) => {
  if (screenshots) await page.screenshot({ path: `${screenshots}_${++shots}_${name}.png` });
};
const settled = () => page.waitForTimeout(400);
const ids = () => page.evaluate(() => report.shown().map((site) => site.id));
const inTable = () => page.evaluate(() => Array.from(document.querySelectorAll("#site-table tbody tr"),
  (row) => Array.from(row.cells, (cell) => cell.textContent)));
const inList = () => page.locator("#site-list li").count();
const onMap = () => page.evaluate(() => ["ranks", "sites"].flatMap(
  (name) => report.map.canvas.getSource(name).serialize().data.features).length);
const checked = async (name) => {
  if (!axe) return null;
  // put in by the driver, past the page's policy, as an extension of the browser would be
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  return found.violations.map((one) => ({
    where: name, rule: one.id, impact: one.impact, of: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))
  }));
};
const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

await page.waitForSelector("#map-canvas[data-idle]", { ...WAIT, state: "attached" });
seen.policy = await page.evaluate(() => document.querySelector("meta[http-equiv]").content);
seen.height = await page.evaluate(() => document.documentElement.scrollHeight);
seen.sideways = [await sideways()];
seen.axe = [await checked("as opened")];
seen.drawn = await onMap();
seen.shown = (await ids()).length;
await page.evaluate(() => document.getElementById("map").scrollIntoView());
await shot("map");

// a click on the map: the first of the shortlist, which lies on top
const place = await page.evaluate(() => {
  const site = report.shown().find((one) => one.place);
  const point = report.map.canvas.project(site.place);
  const box = document.getElementById("map-canvas").getBoundingClientRect();
  return { id: site.id, title: site.title, x: box.x + point.x, y: box.y + point.y };
});
await page.mouse.click(place.x, place.y);
await settled();
seen.clicked = { asked: place.title, card: await page.locator("#card h3").textContent() };
seen.card = await page.locator("#card").innerText();
seen.axe.push(await checked("with a card"));
await shot("card");
await page.keyboard.press("Escape");
seen.closed = await page.locator("#card").isHidden();

// by the keyboard alone: tab into the list, down, Enter, and back where one came from
await page.locator("#site-list button").first().focus();
await page.keyboard.press("ArrowDown");
await page.keyboard.press("Enter");
await settled();
seen.entered = {
  asked: (await inTable())[1]?.[1], card: await page.locator("#card h3").textContent(),
  focus: await page.evaluate(() => document.activeElement.id)
};
await page.keyboard.press("Escape");
seen.back = await page.evaluate(() => document.activeElement.closest("#site-list") !== null);

const fold = page.locator("#filter-fold");
if (!(await fold.evaluate((one) => one.open))) await fold.locator("summary").click();
const filtered = async (name, act) => {
  await act();
  await settled();
  const left = await ids();
  seen[name] = { ids: left, table: (await inTable()).length, list: await inList(), map: await onMap() };
  await page.locator("#filters button[type=reset]").click();
  await settled();
};
await filtered("council", () => page.locator("#f-council").selectOption({ index: 1 }));
seen.council.asked = await page.locator("#f-council option").nth(1).textContent();
await filtered("most", () => page.locator("#f-most").fill("3"));
await filtered("verdict", () => page.locator("input[name=verdict]").first().uncheck());
await filtered("shortlist", () => page.locator("#f-which").selectOption("shortlist"));
await filtered("all", () => page.locator("#f-which").selectOption("all"));
await filtered("search", () => page.locator("#f-text").fill("mill street 4"));
await filtered("nothing", () => page.locator("#f-text").fill("no such site anywhere"));

// sorted by homes, most first, and saved
const homes = page.locator("#site-table .sort", { hasText: "Homes" });
await homes.click();
await homes.click();
seen.sorted = await page.evaluate(() => Array.from(document.querySelectorAll("#site-table td.c-homes"),
  (cell) => cell.textContent));
const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#table-save").click()]);
seen.csv = readFileSync(await download.path(), "utf8");
await page.locator("#site-table .sort", { hasText: "Rank" }).click();

// other weights
await page.locator("#weights summary").click();
const boxes = page.locator("#weight-fields input[type=number]");
const order = () => page.evaluate(() => report.sorted(report.shown(), "now", false).map((site) => [site.id, site.now]));
seen.weights = [{ weights: null, order: await order() }];
for (const weights of [[10, 0, 0, 0], [5, 5, 5, 5], [0, 0, 100, 1], [33.3, 12.5, 1, 60]]) {
  for (let at = 0; at < weights.length; at++) await boxes.nth(at).fill(String(weights[at]));
  await settled();
  seen.weights.push({ weights, order: await order(), effect: await page.locator("#weights-effect").textContent() });
}
seen.note = await page.locator("#weights-note").isVisible();
seen.axe.push(await checked("re-weighted"));
seen.sideways.push(await sideways());
await page.evaluate(() => document.getElementById("shortlist").scrollIntoView());
await shot("weights");
await page.locator("#weights-reset").click();
await settled();
seen.reset = await order();

if (screenshots) await page.pdf({ path: `${screenshots}.pdf`, preferCSSPageSize: true });

// all there is to read, open
await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
seen.axe.push(await checked("all open"));
seen.sideways.push(await sideways());
seen.planted = await page.evaluate(() => window.planted ?? null);
if (screenshots) await page.screenshot({ path: `${screenshots}_all.png`, fullPage: true });
await page.emulateMedia({ media: "print" });
seen.print = {
  picture: await page.locator("img.map.static").isVisible(),
  table: await page.locator("#shortlist .static table").isVisible(),
  tools: await page.locator("#map-box").isVisible()
};
await browser.close();

// where nothing can be drawn the picture stands, and the tables work
const bare = await opened(["--disable-gpu", "--disable-3d-apis"]);
await bare.page.waitForTimeout(300);
seen.without = {
  picture: await bare.page.locator("img.map.static").isVisible(),
  words: await bare.page.locator("#map-missing").textContent(),
  rows: await bare.page.locator("#site-table tbody tr").count()
};
await bare.browser.close();
console.log(JSON.stringify(seen));
