// The page's parts put together: one selection of sites for map, list and table.
var report = report || {};

(function () {
  var find = function (id) { return document.getElementById(id); };
  var data = find("report-data");
  if (!data) { return; }
  var facts = JSON.parse(data.textContent), unit = Math.pow(10, facts.decimals);
  var sites = report.sites(facts.sites, unit), form = find("filters");
  report.colours = facts.colours;
  report.looks = {};
  facts.verdicts.forEach(function (look) { report.looks[look.name] = look; });
  report.carried = {};
  ["rank", "rank_p05", "rank_p95", "score", "coverage", "verdict", "settled", "open", "gates", "programme"].forEach(
    function (name) { report.carried[name] = Boolean(facts.sites[name]); });
  report.carried.programme = report.carried.programme && facts.sites.programme.indexOf(1) >= 0;
  report.carried.corridor = facts.sites.corridors.words.length > 0;
  report.still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.documentElement.classList.add("live");

  var map = null, picked = null, weighted = false, shown = [];

  var pick = function (row) {
    picked = row;
    table.pick(row);
    list.pick(row);
    if (map) { map.pick(row === null ? null : sites[row]); }
  };
  var events = {
    open: function (row, opener) { pick(row); card.open(sites[row], opener); },
    shut: function () { card.close(); },
    point: function (row) { if (map) { map.point(row === null ? null : sites[row]); } }
  };
  var card = report.Card(find("card"), sites, function () { pick(null); });
  var table = report.Table({ table: find("site-table"), where: find("table-where"), back: find("table-back"),
    next: find("table-next"), save: find("table-save") }, report.columns(report.carried), facts.rows, events);
  var list = report.List(find("site-list"), find("list-more"), events);

  var refresh = function () {
    var asked = report.asked(form);
    shown = sites.filter(function (site) { return report.passes(site, asked, facts.first); });
    sites.forEach(function (site) {
      site.listed = site.lead && site.now !== null && report.onShortlist(site, facts.first);
    });
    var places = shown.filter(function (site) { return site.place; }).length;
    find("shown").textContent = report.count(shown.length) + " shown of " + report.count(sites.length)
      + " sites" + (places < shown.length
      ? "; " + report.count(shown.length - places) + " without a place" : "");
    table.show(shown, weighted);
    list.show(report.sorted(shown, report.carried.rank ? "now" : "title", false), facts.first);
    if (map) { map.show(shown); }
    if (picked !== null) { table.pick(picked); list.pick(picked); card.refresh(sites[picked]); }
  };

  // Fields: a council or corridor to choose for each there is.
  var options = function (name, words) {
    var field = form.elements[name];
    if (!field) { return; }
    Array.from(new Set(words)).sort(report.compare).forEach(function (word) {
      var option = report.element("option", "", word);
      option.value = word;
      field.appendChild(option);
    });
  };
  options("council", facts.sites.council.words);
  options("corridor", facts.sites.corridors.words);
  form.querySelectorAll("[data-needs]").forEach(function (part) {
    if (!report.carried[part.dataset.needs]) { part.remove(); }
  });
  form.querySelectorAll("input[name=verdict]").forEach(function (box) {
    var look = report.looks[box.value];
    box.after(report.mark(look.shape, look.colour, report.colours.ink));
  });
  var late = null;
  form.addEventListener("input", function () { clearTimeout(late); late = setTimeout(refresh, 120); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(refresh, 0); });
  find("fit").addEventListener("click", function () { if (map) { map.fit(shown); } });

  // Weights: their own fold, left out where the page carries none.
  if (facts.weights) {
    var matrix = {
      rows: facts.weights.rows,
      values: facts.weights.criteria.map(function (criterion) {
        return report.unpacked(facts.weights.values[criterion.name]);
      })
    };
    report.matrix = matrix;
    report.Weights({ fields: find("weight-fields"), reset: find("weights-reset") }, facts.weights,
      function (weights, usable) {
        weighted = Boolean(weights) && usable;
        var counts = report.reweigh(sites, matrix, weighted ? weights : null, facts.first);
        var words = !usable ? "Some weight has to be above zero." : !weighted
          ? "These are the run's own weights." : report.count(counts.up) + " move up, " + report.count(counts.down)
            + " down; " + report.count(counts.entered.length) + " enter the shortlist, "
            + report.count(counts.left.length) + " leave it.";
        find("weights-effect").textContent = words;
        find("weights-note").hidden = !weighted;
        refresh();
      });
  } else {
    if (find("weights")) { find("weights").remove(); }
    sites.forEach(function (site) { site.score_now = site.score; });
    refresh();
  }

  var without = function (words) {
    map = null;
    find("map-box").classList.add("without");
    find("map-missing").textContent = words;
    find("map-missing").hidden = false;
    find("map").classList.add("without-map");
  };
  facts.left_out.forEach(function (words) { find("left-out").appendChild(report.element("li", "", words + ".")); });
  try {
    map = report.Map({ map: find("map-canvas"), tip: find("map-tip") }, sites, shown,
      report.places(facts.sites.dots, unit), facts.layers, unit, events, facts.base_map);
    report.map = map;
    report.key(find("map-key"), map, facts);
  } catch (fault) {
    // MapLibre says so where WebGL is off; asking first would make a second context, which takes as long as a map
    without("This browser draws no map to move (WebGL is off or has failed): "
      + "the picture shows the run as it was ranked.");
    console.warn(String(fault));
  }
  // Tables scroll in boxes of their own, by the keyboard, too.
  document.querySelectorAll(".wide").forEach(function (box) { box.tabIndex = 0; });
  // A narrow screen begins with map and list; filters and key fold open.
  if (window.matchMedia("(max-width: 900px)").matches) {
    find("filter-fold").open = false;
    find("key-fold").open = false;
    document.querySelectorAll("table").forEach(function (box) { box.tabIndex = 0; });
  }
  report.shown = function () { return shown; };
})();
