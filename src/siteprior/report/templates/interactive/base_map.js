// The base map: tiles of the team's own that lie in the page, handed to MapLibre where it would ask a server for them.
var report = report || {};

(function () {
  // Pictures stand back a little: the colours of areas, corridors and verdicts mean something.
  var PROTOCOL = "page-tiles", MUTED = -0.5;
  var MAIN = ["highway", "major_road", "motorway", "trunk", "primary", "motorways", "primary roads"];
  // Whether a switch of the key turns a layer: it names the layer, or all of a source.
  report.turns = function (each, layer) {
    return each.source ? layer.source === each.source : each.layers.indexOf(layer.id) >= 0;
  };

  // Packed as the archive has it: the browser unpacks gzip.
  var unpacked = function (bytes) {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) { return Promise.resolve(bytes.buffer); }
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };

  // Where a zoom, column and row has no tile, one that holds nothing stands.
  var content = function (tiles, zoom, column, row) {
    var level = tiles.zooms.find(function (one) { return one.zoom === zoom; });
    var at = level && column >= level.column && column < level.column + level.columns && row >= level.row
      ? (row - level.row) * level.columns + column - level.column : -1;
    var place = level && at >= 0 && at < level.places.length ? level.places[at] : -1;
    if (place < 0) { return Promise.resolve(new ArrayBuffer(0)); }
    return unpacked(Uint8Array.from(atob(tiles.contents[place]), function (sign) { return sign.charCodeAt(0); }));
  };

  var shapes = ["match", ["geometry-type"], ["Polygon", "MultiPolygon"], true, false];
  var lines = ["match", ["geometry-type"], ["LineString", "MultiLineString"], true, false];
  var wide = function (thin, thick) { return ["interpolate", ["exponential", 1.5], ["zoom"], 8, thin, 16, thick]; };

  // What is drawn of a layer of vector tiles: the fill and the lines of its kind.
  var drawn = function (name, kind, place, colours) {
    var layer = function (type, filter, paint) {
      return { id: "base-" + kind + "-" + place + "-" + type, source: "base_map", "source-layer": name, type: type,
        filter: filter, paint: paint };
    };
    var fill = function (colour) { return layer("fill", shapes, { "fill-color": colour, "fill-antialias": false }); };
    if (kind === "road") {
      var main = ["match", ["to-string", ["coalesce", ["get", "kind"], ["get", "class"], ["get", "type"], ""]], MAIN];
      return [layer("line", lines, { "line-color": colours.base_road,
        "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, main.concat([0.8, 0.3]),
          16, main.concat([7, 3])] })];
    }
    if (kind === "boundary") {
      return [layer("line", lines, { "line-color": colours.base_edge, "line-width": 0.8, "line-dasharray": [4, 3] })];
    }
    if (kind === "water") {
      return [fill(colours.base_water), layer("line", lines, { "line-color": colours.base_water,
        "line-width": wide(0.4, 3) })];
    }
    return [fill(colours["base_" + kind])];
  };

  // The source and the layers of the page's tiles; none where it has none.
  report.baseMap = function (tiles, colours) {
    if (!tiles) { return { sources: {}, layers: [], attribution: "" }; }
    maplibregl.addProtocol(PROTOCOL, function (asked) {
      var place = asked.url.split("://")[1].split("/").map(Number);
      return content(tiles, place[0], place[1], place[2]).then(function (bytes) { return { data: bytes }; });
    });
    var source = { type: tiles.type, tiles: [PROTOCOL + "://{z}/{x}/{y}"], bounds: tiles.bounds,
      minzoom: tiles.zooms[0].zoom, maxzoom: tiles.zooms[tiles.zooms.length - 1].zoom };
    if (tiles.type === "raster") {
      source.tileSize = tiles.pixels;
      return { sources: { base_map: source }, attribution: tiles.attribution,
        layers: [{ id: "base-tiles", source: "base_map", type: "raster",
          paint: { "raster-fade-duration": 0, "raster-saturation": MUTED } }] };
    }
    var layers = [];
    tiles.layers.forEach(function (pair, place) { layers = layers.concat(drawn(pair[0], pair[1], place, colours)); });
    return { sources: { base_map: source }, layers: layers, attribution: tiles.attribution };
  };
})();
