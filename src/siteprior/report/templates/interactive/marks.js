// The marks of verdicts and ranks, once for the page (SVG) and once for the map (canvas): a form and a colour each, so
// that nobody needs the colour. Texts on the map are pictures, too: letters for maps would come from the network.
var report = report || {};

(function () {
  var SVG = "http://www.w3.org/2000/svg";
  // Corners in a square of 16, the circle apart.
  var CORNERS = {
    diamond: [[8, 1], [15, 8], [8, 15], [1, 8]],
    square: [[2, 2], [14, 2], [14, 14], [2, 14]],
    triangle: [[8, 1.5], [15, 14], [1, 14]]
  };
  var SCALE = 2;

  report.mark = function (shape, colour, edge) {
    var picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 16 16");
    picture.setAttribute("class", "mark");
    picture.setAttribute("aria-hidden", "true");
    var form = document.createElementNS(SVG, shape === "circle" ? "circle" : "polygon");
    if (shape === "circle") {
      form.setAttribute("cx", "8"); form.setAttribute("cy", "8"); form.setAttribute("r", "6.5");
    } else {
      form.setAttribute("points", CORNERS[shape].map(function (corner) { return corner.join(","); }).join(" "));
    }
    form.setAttribute("fill", colour);
    form.setAttribute("stroke", edge);
    picture.appendChild(form);
    return picture;
  };

  var drawn = function (width, height, draw) {
    var sheet = document.createElement("canvas");
    sheet.width = Math.ceil(width * SCALE);
    sheet.height = Math.ceil(height * SCALE);
    var pen = sheet.getContext("2d", { willReadFrequently: true });
    pen.scale(SCALE, SCALE);
    draw(pen);
    return pen.getImageData(0, 0, sheet.width, sheet.height);
  };

  report.pixelRatio = SCALE;

  report.markImage = function (shape, colour, edge) {
    return drawn(16, 16, function (pen) {
      pen.beginPath();
      if (shape === "circle") {
        pen.arc(8, 8, 6.5, 0, 2 * Math.PI);
      } else {
        CORNERS[shape].forEach(function (corner) { pen.lineTo(corner[0], corner[1]); });
        pen.closePath();
      }
      pen.fillStyle = colour;
      pen.fill();
      pen.lineWidth = 1.2;
      pen.strokeStyle = edge;
      pen.stroke();
    });
  };

  var FONT = '"Segoe UI", system-ui, "Helvetica Neue", Arial, sans-serif';

  // A rank on a disc, wider for more figures.
  report.rankImage = function (text, colour, ink) {
    var width = Math.max(24, 10 + 8 * text.length);
    return drawn(width + 2, 26, function (pen) {
      pen.beginPath();
      pen.roundRect(2, 2, width - 2, 22, 11);
      pen.fillStyle = colour;
      pen.fill();
      pen.lineWidth = 1.5;
      pen.strokeStyle = ink;
      pen.stroke();
      pen.fillStyle = ink;
      pen.font = "700 12px " + FONT;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(text, 1 + width / 2, 13.5);
    });
  };

  // A name with a pale edge that sets it off from what lies under it.
  report.nameImage = function (text, size, bold, ink, halo) {
    var font = (bold ? "600 " : "") + size + "px " + FONT;
    var measure = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    measure.font = font;
    var width = Math.min(260, measure.measureText(text).width + 8);
    return drawn(width, size + 8, function (pen) {
      pen.font = font;
      pen.textBaseline = "middle";
      pen.textAlign = "center";
      pen.lineJoin = "round";
      pen.lineWidth = 3;
      pen.strokeStyle = halo;
      pen.strokeText(text, width / 2, size / 2 + 4, 252);
      pen.fillStyle = ink;
      pen.fillText(text, width / 2, size / 2 + 4, 252);
    });
  };
})();
