// The key of the map: a switch per layer with how it is drawn, and the marks of the verdicts.
var report = report || {};

(function () {
  var element = report.element;
  var SVG = "http://www.w3.org/2000/svg";

  var drawing = function (parts) {
    var picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 24 14");
    picture.setAttribute("class", "swatch");
    picture.setAttribute("aria-hidden", "true");
    parts.forEach(function (part) {
      var form = document.createElementNS(SVG, part[0]);
      Object.keys(part[1]).forEach(function (name) { form.setAttribute(name, part[1][name]); });
      picture.appendChild(form);
    });
    return picture;
  };
  var line = function (colour, dashes) {
    return drawing([["line", { x1: 1, x2: 23, y1: 7, y2: 7, stroke: colour, "stroke-width": 3,
      "stroke-dasharray": dashes || "none" }]]);
  };
  var disc = function (fill, edge, radius, width) {
    return drawing([["circle", { cx: 12, cy: 7, r: radius, fill: fill, stroke: edge, "stroke-width": width }]]);
  };

  var swatches = function (colours, facts) {
    return {
      ranks: function () { return disc(colours.accent, colours.white, 6, 1); },
      sites: function () { return report.mark("diamond", colours.white, colours.ink); },
      programme: function () { return disc("none", colours.programme, 5.5, 2); },
      others: function () { return disc(colours.site_out, colours.site_out_edge, 3, 1); },
      stops: function () { return disc(colours.ink, colours.ink, 3.4, 1); },
      bus_stops: function () { return disc(colours.bus, colours.bus, 2, 0); },
      catchments: function () { return drawing([["rect", { x: 2, y: 2, width: 20, height: 10, fill: colours.catchment,
        "fill-opacity": 0.18, stroke: colours.catchment }]]); },
      streets: function () { return drawing([["rect", { x: 0, y: 0, width: 24, height: 14, fill: colours.deciles[4] }],
        ["line", { x1: 1, x2: 23, y1: 7, y2: 7, stroke: colours.street, "stroke-width": 2 }]]); },
      areas: function () { return drawing([0, 3, 6, 9].map(function (place, turn) {
        return ["rect", { x: 6 * turn, y: 2, width: 6, height: 10, fill: colours.deciles[place] }]; })); },
      councils: function () { return line(colours.council); },
      corridors: function () { return line(colours.ink); },
      base_map: function () { return drawing([["rect", { x: 1, y: 1, width: 22, height: 12, fill: colours.base_land,
        stroke: colours.base_edge }], ["path", { d: "M1 9 L10 5 L23 10", fill: "none", stroke: colours.base_edge,
        "stroke-width": 2 }]]); }
    };
  };

  var below = function (name, colours, facts) {
    var list = element("ul", "below");
    var entry = function (picture, words) {
      var line = element("li");
      line.append(picture, words);
      list.appendChild(line);
    };
    if (name === "sites" && report.carried.verdict) {
      facts.verdicts.forEach(function (look) { entry(report.mark(look.shape, look.colour, colours.ink), look.name); });
    } else if (name === "corridors" && facts.layers.corridors) {
      Object.values(facts.layers.corridors.looks).forEach(function (look) {
        entry(line(look.colour, look.dashed ? "4 3" : null), look.title);
      });
    } else if (name === "stops") {
      entry(disc(colours.ink, colours.ink, 3.4, 1), "open");
      entry(disc(colours.white, colours.ink, 3.4, 1.4), "planned, or not stated");
    } else if (name === "areas") {
      entry(swatches(colours, facts).areas(), "from the most deprived (dark) to the least");
    }
    return list;
  };

  report.key = function (place, map, facts) {
    var pictures = swatches(report.colours, facts);
    map.switches.forEach(function (each) {
      var words = each.name === "sites" && !report.carried.rank ? "Sites these filters leave" : each.title;
      var needs = { ranks: "rank", programme: "programme" }[each.name];
      if (needs && !report.carried[needs]) { return; }
      var label = element("label", "switch"), box = element("input");
      box.type = "checkbox";
      box.checked = each.on;
      box.addEventListener("change", function () { map.turn(each, box.checked); });
      label.append(box, pictures[each.name](), words);
      var part = element("div", "key-part");
      part.appendChild(label);
      place.appendChild(part);
      var more = below(each.name, report.colours, facts);
      if (more.childNodes.length) { part.appendChild(more); }
    });
  };
})();
