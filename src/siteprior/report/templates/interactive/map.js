// The map: MapLibre GL with the page's own layers and tiles, so that nothing is asked of any network.
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
    { name: "catchments", title: "In walking reach of corridors", layers: ["catchments", "catchment-edges"],
      on: false },
    { name: "streets", title: "Streets", layers: ["streets"], on: true },
    { name: "areas", title: "Deprivation, by tenth of areas", layers: ["areas"], on: true },
    { name: "councils", title: "Councils", layers: ["councils", "council-names"], on: true },
    { name: "base_map", title: "Base map", layers: [], source: "base_map", on: true }
  ];
  var THROUGH = 0.5;
  var EMPTY = { type: "FeatureCollection", features: [] };

  // What covers the ground lets a base map through.
  var behind = function (colours, over) {
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
      { id: "areas", source: "areas", type: "fill",
        // neighbours meet without a gap: smoothed edges would be drawn once more, and take as long
        paint: { "fill-color": deciles.concat([colours.no_data]), "fill-antialias": false,
          "fill-opacity": over ? THROUGH : 1 } },
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
        paint: { "circle-radius": wide.concat([5, 0.5, 8, 1.6, 14, 5]), "circle-stroke-color": get("colour"),
          "circle-stroke-width": wide.concat([5, 0.3, 8, 1.2]),
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
        "circle-radius": wide.concat([5, 0.6, 8, 1.5, 14, 4]), "circle-color": colours.site_out,
        "circle-stroke-width": 0.7, "circle-stroke-color": colours.site_out_edge } },
      names("council-names", "council_names", 0), names("stop-names", "stops", 11.5),
      { id: "sites", source: "sites", type: "symbol", layout: {
        "icon-image": ["get", "image"], "icon-size": wide.concat([5, 0.22, 8, 0.55, 13, 1]), "icon-allow-overlap": true,
        "icon-ignore-placement": true, "symbol-sort-key": ["-", 0, ["get", "order"]] } },
      { id: "programme", source: "programme", type: "circle", paint: {
        "circle-radius": wide.concat([8, ["case", ["get", "listed"], 12, 6], 12, ["case", ["get", "listed"], 16, 10]]),
        "circle-opacity": 0, "circle-stroke-width": 2, "circle-stroke-color": colours.programme } },
      { id: "ranks", source: "ranks", type: "symbol", layout: {
        "icon-image": ["get", "image"], "icon-size": wide.concat([8, 0.75, 12, 1]), "icon-allow-overlap": true,
        "icon-ignore-placement": true, "symbol-sort-key": ["-", 0, ["get", "order"]] } },
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

  // The pictures of marks, ranks and names are drawn before the map asks for them: asking takes it a second pass.
  var pictures = function (map, layers) {
    var colours = report.colours, ratio = { pixelRatio: report.pixelRatio };
    var add = function (name, made) { if (!map.hasImage(name)) { map.addImage(name, made(), ratio); } };
    return {
      rank: function (text) {
        add("rank-" + text, function () { return report.rankImage(String(text), colours.accent, colours.white); });
      },
      marks: function () {
        Object.keys(report.looks).concat(["none"]).forEach(function (name) {
          var look = report.looks[name] || { shape: "circle", colour: colours.site_out };
          add("verdict-" + name, function () { return report.markImage(look.shape, look.colour, colours.ink); });
        });
      },
      councils: function () {
        (layers.councils ? layers.councils.names : []).forEach(function (name, row) {
          add("council-" + row, function () {
            return report.nameImage(name, 15, true, colours.council_name, colours.white);
          });
        });
      },
      // there are hundreds of stops: their names are drawn when the map first comes near
      stop: function (id) {
        var name = layers.stops.names[Number(id.slice("stop-".length))];
        add(id, function () { return report.nameImage(name || "", 11, false, colours.ink, colours.white); });
      }
    };
  };

  var at = function (site) {
    return { type: "Feature", geometry: { type: "Point", coordinates: site.place }, properties: {
      row: site.row, order: site.now === null ? 1e9 : site.now, listed: Boolean(site.listed),
      image: site.listed ? "rank-" + site.now : "verdict-" + (site.verdict || "none") } };
  };
  var placed = function (chosen) {
    return report.collection(chosen.filter(function (site) { return site.place; }).map(at));
  };

  // The sites by the layer they stand on: numbered, marked, ringed, or a dot.
  var parted = function (shown, sites, dotted) {
    var among = new Set(shown);
    return {
      ranks: placed(shown.filter(function (site) { return site.listed; })),
      sites: placed(shown.filter(function (site) { return !site.listed; })),
      programme: placed(shown.filter(function (site) { return site.programme; })),
      others: placed(sites.filter(function (site) { return !among.has(site); }).concat(dotted))
    };
  };

  report.Map = function (parts, sites, shown, dots, layers, unit, events, tiles) {
    var colours = report.colours, context = report.context(layers, unit);
    var dotted = dots.map(function (place) { return place && { place: place, row: -1, now: null }; }).filter(Boolean);
    var off = {};
    SWITCHES.forEach(function (each) { each.layers.forEach(function (id) { off[id] = !each.on; }); });
    var data = Object.assign({}, context, parted(shown, sites, dotted), { pointed: EMPTY, picked: EMPTY });
    var base = report.baseMap(tiles, colours);
    var layered = behind(colours, tiles).concat(front(colours)).filter(function (layer) { return data[layer.source]; });
    var sources = {}, later = {};
    Object.keys(data).forEach(function (name) {
      // what is not drawn at first is handed over when it is switched on
      later[name] = layered.every(function (layer) { return layer.source !== name || off[layer.id]; });
      sources[name] = { type: "geojson", data: later[name] ? EMPTY : data[name], buffer: 48 };
    });
    Object.assign(sources, base.sources);
    layered = base.layers.concat(layered);
    layered.forEach(function (layer) {
      if (off[layer.id]) { layer.layout = Object.assign({}, layer.layout, { visibility: "none" }); }
    });
    var map = new maplibregl.Map({
      container: parts.map,
      style: { version: 8, sources: sources, layers: [
        { id: "ground", type: "background", paint: { "background-color": colours.ground } }].concat(layered) },
      bounds: extent(shown.map(function (site) { return site.place; }), context),
      fitBoundsOptions: { padding: 55 },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false,
      fadeDuration: 0, maxZoom: 18
    });
    var draw = pictures(map, layers), ready = false, waiting = null;
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    if (base.attribution) { parts.map.appendChild(report.element("p", "map-attribution", base.attribution)); }
    map.addControl(new maplibregl.ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-right");
    var canvas = map.getCanvas();
    canvas.setAttribute("aria-label", "Map of the sites. The arrow keys move it, plus and minus change its scale; "
      + "the list beside it names every site shown.");

    var put = function (name, collection) {
      collection.features.forEach(function (one) { if (one.properties.listed) { draw.rank(one.properties.order); } });
      map.getSource(name).setData(collection);
    };
    var show = function (chosen) {
      if (!ready) { waiting = chosen; return; }
      var now = parted(chosen, sites, dotted);
      Object.keys(now).forEach(function (name) { put(name, now[name]); });
    };
    map.on("style.load", function () {
      draw.marks();
      draw.councils();
      data.ranks.features.forEach(function (one) { draw.rank(one.properties.order); });
    });
    map.on("styleimagemissing", function (event) {
      if (event.id.indexOf("stop-") === 0) { draw.stop(event.id); }
      if (event.id.indexOf("rank-") === 0) { draw.rank(event.id.slice("rank-".length)); }
    });
    map.on("load", function () {
      ready = true;
      if (waiting) { show(waiting); }
    });
    map.once("idle", function () { parts.map.dataset.idle = String(Math.round(performance.now())); });

    var reach = [[-4, -4], [4, 4]];
    var under = function (point) {
      var area = reach.map(function (step) { return [point.x + step[0], point.y + step[1]]; });
      return map.queryRenderedFeatures(area, { layers: ["ranks", "sites", "others"].filter(
        function (id) { return map.getLayer(id); }) }).filter(function (one) { return one.properties.row >= 0; })
        // the best rank lies on top
        .sort(function (a, b) { return a.properties.order - b.properties.order; })[0];
    };
    map.on("click", function (event) {
      var found = under(event.point);
      parts.tip.hidden = true;
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

    // A card must not lie over its own site.
    var uncover = function (site) {
      var place = map.project(site.place), view = parts.map, wide = view.clientWidth > 700;
      var free = { right: view.clientWidth - (wide ? 370 : 30), bottom: view.clientHeight * (wide ? 1 : 0.28) - 30 };
      if (place.x < 30 || place.x > free.right || place.y < 30 || place.y > free.bottom) {
        map.easeTo({ center: site.place, offset: wide ? [-170, 0] : [0, -0.36 * view.clientHeight],
          duration: report.still ? 0 : 300 });
      }
    };

    return {
      show: show,
      point: function (site) { if (ready) { put("pointed", placed(site ? [site] : [])); } },
      pick: function (site) {
        if (ready) { put("picked", placed(site ? [site] : [])); }
        if (site && site.place) { uncover(site); }
      },
      fit: function (chosen) {
        var places = chosen.map(function (site) { return site.place; }).filter(Boolean);
        if (places.length) {
          map.fitBounds(extent(places, {}), { padding: 60, maxZoom: 14, duration: report.still ? 0 : 300 });
        }
      },
      switches: SWITCHES.filter(function (each) {
        return layered.some(function (layer) { return report.turns(each, layer); });
      }),
      turn: function (each, on) {
        layered.forEach(function (layer) {
          if (!report.turns(each, layer)) { return; }
          if (on && later[layer.source]) {
            map.getSource(layer.source).setData(data[layer.source]);
            later[layer.source] = false;
          }
          map.setLayoutProperty(layer.id, "visibility", on ? "visible" : "none");
        });
        // without tiles behind them the areas stand as they do on a page that has none
        if (each.name === "base_map" && map.getLayer("areas")) {
          map.setPaintProperty("areas", "fill-opacity", on ? THROUGH : 1);
        }
      },
      canvas: map
    };
  };
})();
