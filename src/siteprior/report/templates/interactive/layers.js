// The layers behind the sites as GeoJSON, from the page's steps.
var report = report || {};

(function () {
  var feature = function (type, coordinates, properties) {
    return { type: "Feature", properties: properties, geometry: { type: type, coordinates: coordinates } };
  };

  report.collection = function (features) { return { type: "FeatureCollection", features: features }; };

  report.points = function (places, properties) {
    return report.collection(places.map(function (place, row) {
      return place && feature("Point", place, properties(row));
    }).filter(Boolean));
  };

  var lines = function (layer, unit, properties) {
    return report.collection(layer.lines.map(function (parts, row) {
      return feature("MultiLineString", parts.map(function (part) { return report.places(part, unit); }),
        properties(row));
    }));
  };

  var polygons = function (layer, unit, properties) {
    return report.collection(layer.polygons.map(function (parts, row) {
      return feature("MultiPolygon", parts.map(function (rings) {
        return rings.map(function (ring) {
          var places = report.places(ring, unit);
          return places.concat([places[0]]);
        });
      }), properties(row));
    }));
  };

  // Streets take one feature: nobody asks a street for its name here.
  var streets = function (layer, unit) {
    var parts = [];
    layer.lines.forEach(function (each) {
      each.forEach(function (part) { parts.push(report.places(part, unit)); });
    });
    return report.collection([feature("MultiLineString", parts, {})]);
  };

  report.context = function (layers, unit) {
    var made = {};
    if (layers.areas) {
      made.areas = polygons(layers.areas, unit, function (row) {
        return { name: layers.areas.names[row], decile: layers.areas.deciles[row] };
      });
    }
    if (layers.councils) {
      made.councils = polygons(layers.councils, unit, function () { return {}; });
      made.council_names = report.points(report.places(layers.councils.places, unit), function (row) {
        return { name: layers.councils.names[row], image: "council-" + row };
      });
    }
    if (layers.streets) { made.streets = streets(layers.streets, unit); }
    if (layers.catchments) {
      made.catchments = polygons(layers.catchments, unit, function (row) {
        return { name: layers.catchments.names[row], band: layers.catchments.bands[row] };
      });
    }
    if (layers.corridors) {
      made.corridors = lines(layers.corridors, unit, function (row) {
        var look = layers.corridors.looks[layers.corridors.kinds[row]];
        return { name: layers.corridors.names[row], kind: look.title, colour: look.colour, dashed: look.dashed };
      });
    }
    if (layers.bus_stops) {
      made.bus_stops = report.points(report.places(layers.bus_stops.places, unit), function () { return {}; });
    }
    if (layers.stops) {
      made.stops = report.points(report.places(layers.stops.places, unit), function (row) {
        var mode = layers.stops.modes[row];
        return {
          name: layers.stops.names[row], mode: mode, state: layers.stops.states[row],
          colour: layers.stops.colours[mode] || report.colours.bus, image: "stop-" + row
        };
      });
    }
    return made;
  };
})();
