// The table: sorted by any column, a page at a time, written out as CSV with the rows the filters leave.
var report = report || {};

(function () {
  var element = report.element;

  // A column: its key and head, what stands in a cell, what it is sorted and written by.
  report.columns = function (carried) {
    var verdict = function (site) {
      var cell = element("span", "verdict");
      if (site.verdict) {
        var look = report.looks[site.verdict];
        cell.appendChild(report.mark(look.shape, look.colour, report.colours.ink));
        cell.appendChild(document.createTextNode(site.verdict));
      }
      return cell;
    };
    var name = function (site) {
      var cell = element("span");
      var button = element("button", "open", site.title);
      button.type = "button";
      cell.appendChild(button);
      cell.appendChild(element("span", "sub", site.reference || site.id));
      return cell;
    };
    var rank = function (site) {
      return element("span", site.listed ? "disc" : "", report.count(site.now));
    };
    var all = [
      { key: "now", head: "Rank", number: true, cell: rank, needs: "rank" },
      { key: "change", head: "Moved", text: report.movement, live: true, needs: "rank" },
      { key: "title", head: "Site", cell: name },
      { key: "council", head: "Council" },
      { key: "corridor", head: "Corridor", needs: "corridor" },
      { key: "corridor_walk_m", head: "Walk, m", number: true, needs: "corridor" },
      { key: "homes", head: "Homes", number: true },
      { key: "hectares", head: "Hectares", number: true, text: function (s) { return report.number(s.hectares, 2); } },
      { key: "imd_decile", head: "IMD", number: true },
      { key: "verdict", head: "Market failure", cell: verdict, needs: "verdict" },
      { key: "settled", head: "Settled", needs: "settled" },
      { key: "score_now", head: "Score", number: true, needs: "score",
        text: function (s) { return report.number(s.score_now, 3); } },
      { key: "programme", head: "Programme", needs: "programme",
        text: function (s) { return s.programme ? "yes" + (s.year ? ", " + s.year : "") : ""; } }
    ];
    return all.filter(function (column) { return !column.needs || carried[column.needs]; });
  };

  report.sorted = function (sites, key, down) {
    var rows = sites.slice();
    rows.sort(function (a, b) {
      var x = a[key], y = b[key];
      // What is not known stays at the end, whichever way the table is sorted.
      if (x === null || x === undefined || y === null || y === undefined) {
        var known = (x === null || x === undefined ? 1 : 0) - (y === null || y === undefined ? 1 : 0);
        return known || a.row - b.row;
      }
      var order = typeof x === "number" ? x - y : report.compare(String(x), String(y));
      return (down ? -order : order) || a.row - b.row;
    });
    return rows;
  };

  report.Table = function (parts, columns, size, events) {
    var state = { key: columns[0].key, down: false, page: 0, rows: [], sites: [], live: false };
    var table = parts.table, shown = [];

    var heads = function () {
      shown = columns.filter(function (column) { return !column.live || state.live; });
      var row = element("tr");
      shown.forEach(function (column) {
        var head = element("th", column.number ? "n" : "");
        head.scope = "col";
        if (state.key === column.key) { head.setAttribute("aria-sort", state.down ? "descending" : "ascending"); }
        var button = element("button", "sort", column.head);
        button.type = "button";
        button.addEventListener("click", function () {
          state.down = state.key === column.key && !state.down;
          state.key = column.key;
          state.page = 0;
          draw();
          table.tHead.rows[0].cells[shown.indexOf(column)].querySelector("button").focus();
        });
        head.appendChild(button);
        row.appendChild(head);
      });
      table.tHead.replaceChildren(row);
    };

    var cell = function (site, column) {
      var made = element("td", (column.number ? "n " : "") + "c-" + column.key);
      if (column.cell) { made.appendChild(column.cell(site)); return made; }
      if (column.number || column.text) {
        made.textContent = column.text ? column.text(site) : report.count(site[column.key]);
      } else {
        // however long a text is, its row stays a row
        made.appendChild(element("span", "clamp", site[column.key] === null ? "–" : site[column.key]));
      }
      return made;
    };

    var draw = function () {
      heads();
      state.rows = report.sorted(state.sites, state.key, state.down);
      var pages = Math.max(1, Math.ceil(state.rows.length / size));
      state.page = Math.min(state.page, pages - 1);
      var rows = state.rows.slice(state.page * size, (state.page + 1) * size).map(function (site) {
        var row = element("tr", site.row === state.picked ? "picked" : "");
        row.dataset.row = site.row;
        shown.forEach(function (column) { row.appendChild(cell(site, column)); });
        return row;
      });
      table.tBodies[0].replaceChildren.apply(table.tBodies[0], rows);
      parts.where.textContent = state.rows.length
        ? report.count(state.page * size + 1) + "–" + report.count(state.page * size + rows.length) + " of "
          + report.count(state.rows.length)
        : "No site is left by these filters.";
      parts.back.disabled = state.page === 0;
      parts.next.disabled = state.page >= pages - 1;
      parts.save.disabled = !state.rows.length;
    };

    parts.back.addEventListener("click", function () { state.page--; draw(); });
    parts.next.addEventListener("click", function () { state.page++; draw(); });
    table.tBodies[0].addEventListener("click", function (event) {
      var row = event.target.closest("tr");
      if (row) { events.open(Number(row.dataset.row), event.target.closest("button")); }
    });
    table.tBodies[0].addEventListener("mouseover", function (event) {
      var row = event.target.closest("tr");
      events.point(row ? Number(row.dataset.row) : null);
    });
    table.tBodies[0].addEventListener("mouseleave", function () { events.point(null); });
    parts.save.addEventListener("click", function () {
      var link = element("a");
      link.href = URL.createObjectURL(new Blob([report.csv(report.csvHeads(state.live), state.rows.map(
        function (site) { return report.csvRow(site, state.live); }))], { type: "text/csv" }));
      link.download = "sites_shown.csv";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    });

    return {
      show: function (sites, live) {
        state.sites = sites;
        state.live = live;
        state.page = 0;
        draw();
      },
      pick: function (row) {
        state.picked = row;
        Array.from(table.tBodies[0].rows).forEach(function (line) {
          line.classList.toggle("picked", Number(line.dataset.row) === row);
        });
      }
    };
  };

  // What is written out: names of columns as in the run's own tables.
  var WRITTEN = ["id", "name", "reference", "council", "corridor", "corridor_walk_m", "homes", "hectares",
    "imd_decile", "rank", "rank_p05", "rank_p95", "score", "coverage", "verdict", "settled", "open", "gates",
    "permission", "ownership", "certainty"];
  var NAMES = {
    id: "site_id", name: "site_name", council: "organisation_name", verdict: "market_failure", open: "open_facts",
    gates: "gate_reasons", permission: "planning_permission_status", ownership: "ownership_status",
    certainty: "coordinate_confidence"
  };
  var written = function () { return WRITTEN.filter(function (key) { return report.carried[key] !== false; }); };

  report.csvHeads = function (live) {
    var heads = written().map(function (key) { return NAMES[key] || key; });
    return live ? heads.concat(["rank_reweighted", "score_reweighted"]) : heads;
  };

  report.csvRow = function (site, live) {
    var cells = written().map(function (key) { return site[key]; });
    return live ? cells.concat([site.now, site.score_now]) : cells;
  };
})();
