// The weights: moved here, they rank anew what the run ranked. The run's files stay as they are.
var report = report || {};

(function () {
  var element = report.element;
  var POINTS = 100;

  report.movement = function (site) {
    if (!site.moved || site.now === null) { return ""; }
    var step = site.rank - site.now;
    var words = step > 0 ? "▲ " + report.count(step) : step < 0 ? "▼ " + report.count(-step) : "=";
    return site.entered ? words + " new" : site.left ? words + " leaves" : words;
  };

  // Write ranks by weights onto the sites, or the run's own where weights is null; returns who entered and left.
  report.reweigh = function (sites, matrix, weights, first) {
    var counts = { entered: [], left: [], up: 0, down: 0 };
    var result = weights ? report.rank(matrix.values, weights) : null;
    sites.forEach(function (site) {
      site.moved = Boolean(result);
      site.now = site.rank;
      site.score_now = site.score;
      site.change = 0;
      site.entered = site.left = false;
    });
    if (!result) { return counts; }
    result.order.forEach(function (row, place) {
      var site = sites[matrix.rows[row]];
      site.now = result.ranks[row];
      site.score_now = result.scores[row];
      site.place_now = place;
      site.change = site.rank - site.now;
      site.entered = place < first && !site.shortlisted;
      site.left = place >= first && Boolean(site.shortlisted);
      if (site.entered) { counts.entered.push(site); }
      if (site.left) { counts.left.push(site); }
      counts.up += site.change > 0 ? 1 : 0;
      counts.down += site.change < 0 ? 1 : 0;
    });
    // the other plots of an opportunity stand where it stands
    sites.forEach(function (site) {
      if (!site.lead) {
        var lead = sites[site.ranked_as];
        site.now = lead.now;
        site.score_now = lead.score_now;
        site.place_now = lead.place_now;
        site.change = lead.change;
      }
    });
    return counts;
  };

  report.Weights = function (parts, facts, changed) {
    var given = facts.criteria.map(function (criterion) { return criterion.weight; });
    var sum = given.reduce(function (total, weight) { return total + weight; }, 0);
    var now = given.slice(), rows = [];

    var points = function (weight) { return Math.round(100 * POINTS * weight / sum) / 100; };

    var show = function () {
      var total = now.reduce(function (all, weight) { return all + weight; }, 0);
      rows.forEach(function (row, place) {
        row.share.textContent = total > 0 ? Math.round(100 * now[place] / total) + "%" : "–";
      });
      var same = now.every(function (weight, place) { return weight === given[place]; });
      parts.reset.disabled = same;
      changed(same ? null : now.slice(), total > 0);
    };

    facts.criteria.forEach(function (criterion, place) {
      var row = element("div", "weight");
      var label = element("label", "", criterion.title);
      var slider = element("input"), box = element("input"), share = element("output", "share");
      slider.type = "range";
      slider.id = "weight-" + place;
      label.htmlFor = slider.id;
      box.type = "number";
      box.step = "any";
      box.setAttribute("aria-label", criterion.title + ", points");
      [slider, box].forEach(function (field) {
        field.min = 0;
        field.max = POINTS;
        field.value = points(given[place]);
        field.addEventListener("input", function () {
          var value = Number(field.value);
          if (field.value === "" || !(value >= 0)) { return; }
          (field === slider ? box : slider).value = value;
          // back at the run's own weight it is that weight to the last digit
          now[place] = value === points(given[place]) ? given[place] : value * sum / POINTS;
          show();
        });
      });
      row.append(label, slider, box, share);
      parts.fields.appendChild(row);
      rows.push({ slider: slider, box: box, share: share });
    });

    parts.reset.addEventListener("click", function () {
      now = given.slice();
      rows.forEach(function (row, place) { row.slider.value = row.box.value = points(given[place]); });
      show();
      rows[0].slider.focus();
    });
    show();
  };
})();
