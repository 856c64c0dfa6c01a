// What a reader sees of a base map in a run's report, in Chromium with the network closed.
// node .ci/base_map.mjs CHROMIUM FILE SCREENSHOTS: prints as JSON what was seen; two pictures, with and without the map.
import { chromium } from "playwright-core";

const [executablePath, file, screenshots] = process.argv.slice(2);
const DRAWN = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];
const seen = { requests: [], faults: [] };

const browser = await chromium.launch({ executablePath, args: DRAWN });
const page = await browser.newPage({ viewport: { width: 1300, height: 1000 }, reducedMotion: "reduce" });
page.on("request", (one) => { if (!/^(blob|data):/.test(one.url())) seen.requests.push(one.url()); });
page.on("console", (one) => { if (one.type() === "error") seen.faults.push(one.text()); });
page.on("pageerror", (fault) => seen.faults.push(String(fault)));
await page.goto(file, { timeout: 90_000 });
await page.waitForSelector("#map-canvas[data-idle]", { timeout: 90_000, state: "attached" });

const idle = () => page.evaluate(() => new Promise((done) => {
  const map = report.map.canvas;
  if (map.loaded() && !map.isMoving()) done();
  else map.once("idle", done);
}));
const turn = async (words, on) => {
  const box = page.locator("#map-key label", { hasText: words }).locator("input").first();
  if (await box.count() && (await box.isChecked()) !== on) await box.click();
};
const drawn = () => page.evaluate(() => {
  const map = report.map.canvas;
  const count = {};
  for (const layer of map.getStyle().layers) {
    if (layer.source !== "base_map") continue;
    const seenIt = layer.type === "raster" ? 0 : map.queryRenderedFeatures({ layers: [layer.id] }).length;
    count[layer.id] = { features: seenIt, shown: map.getLayoutProperty(layer.id, "visibility") !== "none" };
  }
  return count;
});

seen.below = await page.evaluate(() => report.map.canvas.getStyle().layers.slice(0, 2).map((layer) => layer.id));
seen.lowest = await page.evaluate(() => {
  const order = report.map.canvas.getStyle().layers.map((layer) => layer.source);
  return order.lastIndexOf("base_map") < order.findIndex((name) => name && name !== "base_map");
});
seen.left_out = await page.locator("#left-out").innerText();
const words = page.locator(".map-attribution");
seen.attribution = await words.count() ? await words.textContent() : null;
seen.tags = await words.count() ? await words.evaluate((one) => one.children.length) : 0;
const others = ["Shortlist", "Sites these", "Other sites", "In the programme", "All other", "Corridors", "Stations",
  "Streets", "Deprivation", "Councils"];
for (const name of others) await turn(name, false);
// the middle of the box the tiles were cut to
await page.evaluate(() => {
  const map = report.map.canvas, box = map.getSource("base_map")?.bounds;
  if (box) map.jumpTo({ center: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], zoom: 12 });
});
await idle();
seen.drawn = await drawn();
seen.place = await page.evaluate(() => report.map.canvas.getCenter().toArray());
const picture = async (name) => page.locator("#map-canvas canvas").screenshot({ path: `${screenshots}_${name}.png` });
await page.evaluate(() => document.getElementById("map-box").scrollIntoView());
await picture("with");
await turn("Base map", false);
await idle();
seen.off = await drawn();
await picture("without");
await turn("Base map", true);
await idle();
// far in, and away from the area: nothing to draw, and no fault
await page.evaluate(() => report.map.canvas.jumpTo({ zoom: 17 }));
await idle();
seen.near = await drawn();
await page.evaluate(() => report.map.canvas.jumpTo({ center: [10, 48], zoom: 9 }));
await idle();
await page.evaluate(() => report.map.canvas.jumpTo({ zoom: 2 }));
await idle();
seen.planted = await page.evaluate(() => window.planted ?? null);
await browser.close();
console.log(JSON.stringify(seen));
