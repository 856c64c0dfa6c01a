// The map: MapLibre GL with the page's own layers and no tiles, so that nothing is asked of any network.
var report = report || {};

(function () {
  // A switch of the key: its words, the layers it turns on, whether they are on at first, and how it is drawn.
  var SWITCHES = [
    { name: "ranks", title: "Shortlist, with rank", layers: ["ranks"], on: true },
    { name: "sites", title: "Other sites these filters leave", layers: ["sites"], on: true },
    { name: "programme", title: "In the programme", layers: ["programme"], on: true },
    { name: "others", title: "All other sites considered", layers: ["others"], on: true },
    { name: "corridors", title: "Corridors", layers: ["corridors-plain", "corridors-dashed"], on: true },
    { name: "stops", title: "Stations and stops, not bus", layers: ["stops", "stop-names"], on: true },
    { name: "bus_stops", title: "Bus stops", layers: ["bus_stops"], on: false },
    { name: "catchments", title: "In walking reach of corridors", layers: ["catchments", "catchment-edges"], on: false },
    { name: "streets", title: "Streets", layers: ["streets"], on: true },
    { name: "areas", title: "Deprivation, by tenth of areas", layers: ["areas"], on: true },
    { name: "councils", title: "Councils", layers: ["councils", "council-names"], on: true }
  ];
  var EMPTY = { type: "FeatureCollection", features: [] };

  report.hasWebGL = function () {
    var sheet = document.createElement("canvas");
    return Boolean(sheet.getContext("webgl2") || sheet.getContext("webgl"));
  };

  var behind = function (colours) {
    var get = function (name) { return ["get", name]; };
    var line = function (id, filter, dashes) {
      var paint = { "line-color": get("colour"), "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.6, 14, 4.5] };
      if (dashes) { paint["line-dasharray"] = dashes; }
      return { id: id, source: "corridors", type: "line", filter: ["==", get("dashed"), filter], paint: paint,
        layout: { "line-join": "round", "line-cap": dashes ? "butt" : "round" } };
    };
    var deciles = ["match", ["coalesce", get("decile"), 0]];
    colours.deciles.forEach(function (shade, place) { deciles.push(place + 1, shade); });
    var wide = ["interpolate", ["linear"], ["zoom"]];
    return [
      { id: "areas", source: "areas", type: "fill", paint: { "fill-color": deciles.concat([colours.no_data]) } },
      { id: "catchments", source: "catchments", type: "fill",
        paint: { "fill-color": colours.catchment, "fill-opacity": 0.13 } },
      { id: "catchment-edges", source: "catchments", type: "line",
        paint: { "line-color": colours.catchment, "line-width": 1, "line-opacity": 0.7 } },
      { id: "streets", source: "streets", type: "line",
        paint: { "line-color": colours.street, "line-width": wide.concat([9, 0.3, 12, 0.8, 16, 3]) } },
      { id: "councils", source: "councils", type: "line", paint: { "line-color": colours.council, "line-width": 1.1 } },
      line("corridors-plain", false), line("corridors-dashed", true, [2.2, 1.4]),
      { id: "bus_stops", source: "bus_stops", type: "circle",
        paint: { "circle-radius": wide.concat([8, 0.7, 14, 3]), "circle-color": colours.bus } },
      { id: "stops", source: "stops", type: "circle",
        paint: { "circle-radius": wide.concat([8, 1.6, 14, 5]), "circle-stroke-width": 1.2,
          "circle-stroke-color": get("colour"),
          "circle-color": ["match", ["coalesce", get("state"), ""], "open", get("colour"), colours.white] } }
    ];
  };

  var front = function (colours) {
    var wide = ["interpolate", ["linear"], ["zoom"]];
    var names = function (id, source, zoom) {
      return { id: id, source: source, type: "symbol", minzoom: zoom, layout: {
        "icon-image": ["get", "image"], "icon-anchor": source === "stops" ? "top" : "center", "icon-padding": 1,
        "icon-offset": source === "stops" ? [0, 5] : [0, 0]
      } };
    };
    return [
      { id: "others", source: "others", type: "circle", paint: {
        "circle-radius": wide.concat([8, 1.5, 14, 4]), "circle-color": colours.site_out, "circle-stroke-width": 0.7,
        "circle-stroke-color": colours.site_out_edge } },
      names("council-names", "council_names", 0), names("stop-names", "stops", 11.5),
      { id: "sites", source: "sites", type: "symbol", layout: {
        "icon-image": ["get", "image"], "icon-size": wide.concat([8, 0.55, 13, 1]), "icon-allow-overlap": true,
        "icon-ignore-placement": true, "symbol-sort-key": ["-", 0, ["get", "order"]] } },
      { id: "programme", source: "programme", type: "circle", paint: {
        "circle-radius": ["case", ["get", "listed"], 16, 8], "circle-opacity": 0, "circle-stroke-width": 2,
        "circle-stroke-color": colours.programme } },
      { id: "ranks", source: "ranks", type: "symbol", layout: {
        "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-ignore-placement": true,
        "symbol-sort-key": ["-", 0, ["get", "order"]] } },
      { id: "pointed", source: "pointed", type: "circle", paint: {
        "circle-radius": 17, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": colours.picked } },
      { id: "picked", source: "picked", type: "circle", paint: {
        "circle-radius": 17, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": colours.accent } }
    ];
  };

  // West, south, east and north of all places and, where there is none, of the areas.
  var extent = function (places, context) {
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    var widen = function (place) {
      if (!place) { return; }
      box = [Math.min(box[0], place[0]), Math.min(box[1], place[1]), Math.max(box[2], place[0]),
        Math.max(box[3], place[1])];
    };
    places.forEach(widen);
    if (context.areas && (!Number.isFinite(box[0]) || box[0] === box[2])) {
      context.areas.features.forEach(function (area) { area.geometry.coordinates.forEach(function (rings) {
        rings[0].forEach(widen); }); });
    }
    return Number.isFinite(box[0]) ? box : [-3, 51, 0, 54];
  };

  var tip = function (layer, properties) {
    if (layer === "areas") {
      return [properties.name, properties.decile ? "deprivation decile " + properties.decile : "deprivation not known"]
        .filter(Boolean).join(": ");
    }
    if (layer === "stops") { return [properties.name, properties.mode, properties.state].filter(Boolean).join(", "); }
    if (layer.indexOf("corridors") === 0) { return properties.name + " (" + properties.kind + ")"; }
    if (layer === "catchments") { return "Within " + properties.band + " m of " + properties.name; }
    return null;
  };

  report.Map = function (parts, sites, dots, layers, unit, events) {
    var colours = report.colours, context = report.context(layers, unit);
    var own = ["others", "sites", "ranks", "programme", "pointed", "picked"];
    var sources = {};
    Object.keys(context).forEach(function (name) { sources[name] = { type: "geojson", data: context[name] }; });
    own.forEach(function (name) { sources[name] = { type: "geojson", data: EMPTY }; });
    var drawn = behind(colours).concat(front(colours)).filter(function (layer) { return sources[layer.source]; });
    var map = new maplibregl.Map({
      container: parts.map,
      style: { version: 8, sources: sources, layers: [
        { id: "ground", type: "background", paint: { "background-color": colours.ground } }].concat(drawn) },
      bounds: extent(sites.filter(function (site) { return site.now !== null; })
        .map(function (site) { return site.place; }), context),
      fitBoundsOptions: { padding: 40 },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false,
      fadeDuration: 0, maxZoom: 18, cooperativeGestures: false
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibregl.ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-right");
    var canvas = map.getCanvas();
    canvas.setAttribute("aria-label", "Map of the sites. The arrow keys move it, plus and minus change its scale; "
      + "the list beside it names every site shown.");

    var image = function (name, made) {
      if (!map.hasImage(name)) { map.addImage(name, made(), { pixelRatio: report.pixelRatio }); }
      return name;
    };
    // Pictures of names and ranks are drawn when the map first asks for them.
    map.on("styleimagemissing", function (event) {
      var part = event.id.split("-"), text = part.slice(1).join("-");
      if (part[0] === "rank") {
        image(event.id, function () { return report.rankImage(text, colours.accent, colours.white); });
      } else if (part[0] === "verdict") {
        var look = report.looks[text] || { shape: "circle", colour: colours.site_out };
        image(event.id, function () { return report.markImage(look.shape, look.colour, colours.ink); });
      } else if (part[0] === "council") {
        image(event.id, function () {
          return report.nameImage(layers.councils.names[text], 15, true, colours.council_name, colours.white);
        });
      } else if (part[0] === "stop") {
        image(event.id, function () {
          return report.nameImage(layers.stops.names[text] || "", 11, false, colours.ink, colours.white);
        });
      }
    });

    var at = function (site) {
      return { type: "Feature", geometry: { type: "Point", coordinates: site.place }, properties: {
        row: site.row, order: site.now === null ? 1e9 : site.now, listed: site.listed,
        image: site.listed ? "rank-" + site.now : "verdict-" + (site.verdict || "none") } };
    };
    var put = function (name, chosen) {
      var source = map.getSource(name);
      if (source) { source.setData(report.collection(chosen.filter(function (site) { return site.place; }).map(at))); }
    };
    var dotted = dots.map(function (place) { return place && { place: place, row: -1, now: null }; }).filter(Boolean);
    var waiting = null, ready = false;

    var show = function (shown) {
      if (!ready) { waiting = shown; return; }
      var among = new Set(shown);
      put("ranks", shown.filter(function (site) { return site.listed; }));
      put("sites", shown.filter(function (site) { return !site.listed; }));
      put("programme", shown.filter(function (site) { return site.programme; }));
      put("others", sites.filter(function (site) { return !among.has(site); }).concat(dotted));
    };
    map.on("load", function () {
      ready = true;
      if (waiting) { show(waiting); }
      map.once("idle", function () { parts.map.dataset.idle = String(Math.round(performance.now())); });
    });

    var reach = [[-4, -4], [4, 4]];
    var under = function (point) {
      var area = reach.map(function (step) { return [point.x + step[0], point.y + step[1]]; });
      return map.queryRenderedFeatures(area, { layers: ["ranks", "sites", "others"].filter(
        function (id) { return map.getLayer(id); }) }).filter(function (one) { return one.properties.row >= 0; })[0];
    };
    map.on("click", function (event) {
      var found = under(event.point);
      if (found) { events.open(found.properties.row, canvas); } else { events.shut(); }
    });
    map.on("mousemove", function (event) {
      var found = under(event.point), words = null;
      canvas.style.cursor = found ? "pointer" : "";
      if (found) {
        var site = sites[found.properties.row];
        words = (site.now === null ? "" : report.count(site.now) + "  ") + site.title;
      } else {
        map.queryRenderedFeatures(event.point).some(function (one) {
          words = tip(one.layer.id, one.properties);
          return words;
        });
      }
      parts.tip.hidden = !words;
      parts.tip.textContent = words || "";
      parts.tip.style.left = Math.min(event.point.x + 14, parts.map.clientWidth - 190) + "px";
      parts.tip.style.top = event.point.y + 14 + "px";
    });
    map.on("mouseout", function () { parts.tip.hidden = true; });

    return {
      show: show,
      point: function (site) { if (ready) { put("pointed", site ? [site] : []); } },
      pick: function (site) {
        if (ready) { put("picked", site ? [site] : []); }
        // a card must not lie over its own site
        if (site && site.place) {
          var place = map.project(site.place), view = parts.map;
          var wide = view.clientWidth > 700;
          var free = { left: 30, top: 30, right: view.clientWidth - (wide ? 370 : 30),
            bottom: view.clientHeight - 30 };
          if (place.x < free.left || place.x > free.right || place.y < free.top || place.y > free.bottom) {
            map.easeTo({ center: site.place, offset: wide ? [-170, 0] : [0, 0], duration: report.still ? 0 : 300 });
          }
        }
      },
      fit: function (shown) {
        var places = shown.map(function (site) { return site.place; }).filter(Boolean);
        if (places.length) { map.fitBounds(extent(places, {}), { padding: 60, maxZoom: 14, duration: report.still ? 0 : 300 }); }
      },
      switches: SWITCHES.filter(function (each) {
        return each.layers.some(function (id) { return map.style && drawn.some(function (one) { return one.id === id; }); });
      }),
      turn: function (each, on) {
        var turn = function () {
          each.layers.forEach(function (id) {
            if (map.getLayer(id)) { map.setLayoutProperty(id, "visibility", on ? "visible" : "none"); }
          });
        };
        if (map.isStyleLoaded()) { turn(); } else { map.once("load", turn); }
      },
      canvas: map
    };
  };
})();
