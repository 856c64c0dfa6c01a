// The card of a site: what the tables know of it, as text.
var report = report || {};

(function () {
  var element = report.element;

  var ranks = function (site) {
    if (site.now === null) { return null; }
    var words = report.count(site.now);
    if (site.moved) { return words + " (in the run " + report.count(site.rank) + ")"; }
    if (site.rank_p05 !== null) {
      words += ", band " + report.count(site.rank_p05) + "–" + report.count(site.rank_p95);
    }
    return words;
  };

  var facts = function (site) {
    return [
      ["Rank", ranks(site)],
      ["Score", site.score_now === null || site.score_now === undefined ? null : report.number(site.score_now, 3)],
      ["Not ranked for", site.gates ? site.gates.replace(/_/g, " ") : null],
      ["Corridor", site.corridor],
      ["Walk", site.corridor_walk_m === null ? null : report.count(site.corridor_walk_m) + " m"],
      ["Homes", site.homes === null ? null : report.count(site.homes)],
      ["Size", site.hectares === null ? null : report.number(site.hectares, 2) + " ha"],
      ["Council", site.council],
      ["Deprivation", site.imd_decile === null ? null : "decile " + site.imd_decile + " (1 is the most deprived)"],
      ["Planning", site.permission],
      ["Owner", site.ownership],
      ["Programme", site.programme ? "chosen" + (site.year ? ", " + site.year : "") : null],
      ["Coverage", site.coverage === null ? null : Math.round(100 * site.coverage) + "% of the weight is known"]
    ].filter(function (fact) { return fact[1] !== null && fact[1] !== undefined; });
  };

  report.Card = function (card, sites, closed) {
    var from = null;

    var close = function () {
      if (card.hidden) { return; }
      card.hidden = true;
      closed();
      // back to where the card was opened from
      if (from && from.isConnected) { from.focus(); }
    };
    card.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { close(); }
    });

    var fill = function (site) {
      var head = element("div", "card-head");
      var title = element("h3", "", site.title);
      title.id = "card-title";
      title.tabIndex = -1;
      var shut = element("button", "shut", "Close");
      shut.type = "button";
      shut.addEventListener("click", close);
      head.append(title, shut);
      card.replaceChildren(head, element("p", "sub", site.reference || site.id));
      if (site.verdict) {
        var verdict = element("p", "verdict"), look = report.looks[site.verdict];
        verdict.append(report.mark(look.shape, look.colour, report.colours.ink),
          element("b", "", site.verdict));
        if (site.settled) { verdict.append(site.settled === "yes" ? " settled" : " open"); }
        card.append(verdict);
      }
      var list = element("dl");
      facts(site).forEach(function (fact) { list.append(element("dt", "", fact[0]), element("dd", "", fact[1])); });
      card.append(list);
      if (site.plots.length) {
        card.append(element("p", "", "With " + site.plots.map(function (plot) { return plot.title; }).join(", ")
          + ": one opportunity of " + (site.plots.length + 1) + " sites. Walk and decile are the largest plot's."));
      }
      if (!site.lead) { card.append(element("p", "", "Ranked as part of " + sites[site.ranked_as].title + ".")); }
      if (site.note) { card.append(element("p", "note", site.note)); }
      if (site.open && site.settled !== "yes") {
        var open = element("details");
        open.append(element("summary", "", "What is open"), element("p", "note", site.open));
        card.append(open);
      }
      if (site.dossier) {
        var link = element("a", "", "Open the dossier");
        link.href = site.dossier;
        card.append(link);
      }
    };

    return {
      open: function (site, opener) {
        from = opener || null;
        fill(site);
        card.hidden = false;
        card.scrollTop = 0;
        if (opener) { card.querySelector("h3").focus({ preventScroll: true }); }
      },
      refresh: function (site) { if (!card.hidden) { fill(site); } },
      close: close
    };
  };
})();
