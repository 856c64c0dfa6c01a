"use strict";
// What the page carries, read once: a list per column becomes an object per site. Texts of registers stay texts; all
// that shows them sets textContent, never markup.
var report = report || {};

(function () {
  // 64-bit floats packed as base64, the lowest byte first.
  report.unpacked = function (text) {
    var bytes = Uint8Array.from(atob(text), function (sign) { return sign.charCodeAt(0); });
    return new Float64Array(bytes.buffer);
  };

  // Coordinates stand as whole numbers, each pair the step from the one before; null where there is no place.
  report.places = function (steps, unit) {
    var places = [], x = 0, y = 0;
    for (var at = 0; at < steps.length; at += 2) {
      if (steps[at] === null) { places.push(null); continue; }
      x += steps[at];
      y += steps[at + 1];
      places.push([x / unit, y / unit]);
    }
    return places;
  };

  var coded = function (column, row) {
    var place = column.place[row];
    return place < 0 ? null : column.words[place];
  };

  // The sites in the order of the run's ranks. What a run does not have is null.
  report.sites = function (columns, unit) {
    var places = report.places(columns.places, unit);
    var plain = ["name", "reference", "rank", "rank_p05", "rank_p95", "score", "coverage", "corridor_walk_m",
      "imd_decile", "homes", "hectares", "year", "note", "dossier", "ranked_as", "shortlisted", "programme"];
    var repeated = ["council", "corridor", "verdict", "settled", "open", "gates", "permission", "ownership",
      "certainty"];
    var sites = columns.id.map(function (id, row) {
      var site = { row: row, id: id, place: places[row] };
      plain.forEach(function (name) { site[name] = columns[name] ? columns[name][row] : null; });
      repeated.forEach(function (name) { site[name] = columns[name] ? coded(columns[name], row) : null; });
      site.corridors = columns.corridors.place[row].map(function (place) { return columns.corridors.words[place]; });
      site.title = site.name || "(no name)";
      site.searched = [site.name, site.reference, id, site.council].concat(site.corridors)
        .filter(Boolean).join(" ").toLocaleLowerCase("en");
      site.lead = site.ranked_as === null || site.ranked_as === row;
      site.plots = [];
      site.now = site.rank;
      return site;
    });
    sites.forEach(function (site) {
      if (!site.lead) { sites[site.ranked_as].plots.push(site); }
    });
    return sites;
  };

  // Made once each: a page of 40,000 sites writes many numbers and compares many names.
  var whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 }), exact = {};
  var order = new Intl.Collator("en", { numeric: true });
  report.compare = function (a, b) { return order.compare(a, b); };

  report.count = function (value) {
    return value === null || value === undefined ? "–" : whole.format(value);
  };

  report.number = function (value, decimals) {
    if (value === null || value === undefined) { return "–"; }
    exact[decimals] = exact[decimals] || new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return exact[decimals].format(value);
  };

  // An element with its class, its text and what stands in it.
  report.element = function (tag, kind, text) {
    var made = document.createElement(tag);
    if (kind) { made.className = kind; }
    if (text !== undefined && text !== null) { made.textContent = text; }
    return made;
  };
})();
