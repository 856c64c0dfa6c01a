// Rows as CSV that a spreadsheet shows and does not run: the same rule as siteprior.report.tables (OWASP, "CSV
// Injection"), because texts of registers come from anybody.
var report = report || {};

(function () {
  var UNSEEN = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]/u;
  var ONE = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
  var NUMBERS = new RegExp("^(?:" + ONE + "(?:[,;] ?" + ONE + ")*|[+-]+)$");

  report.beginsFormula = function (text) {
    if (text[0] === "\t" || text[0] === "\n") { return true; }
    var signs = Array.from(text), start = 0;
    while (start < signs.length && UNSEEN.test(signs[start])) { start++; }
    var seen = signs.slice(start).join("");
    // wide and small forms count as the signs they stand for
    var first = start < signs.length ? signs[start].normalize("NFKC")[0] : "";
    return "=+-@".includes(first || "\u0000") && !NUMBERS.test(seen);
  };

  report.csvCell = function (value) {
    if (value === null || value === undefined) { return ""; }
    var text = String(value).replace(/\r\n?/g, "\n");
    if (typeof value !== "number" && report.beginsFormula(text)) { text = "'" + text; }
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };

  // Excel knows UTF-8 by the mark in front.
  report.csv = function (heads, rows) {
    var lines = [heads].concat(rows).map(function (row) { return row.map(report.csvCell).join(","); });
    return "\ufeff" + lines.join("\n") + "\n";
  };
})();
