// The additive model of siteprior.ranking on the values the run ranked by: score = sum of w v / sum of w, a missing
// value being 0, the worst. Sums are taken in the same order and rounded alike, so equal scores are equal here, too.
var report = report || {};

(function () {
  var DECIMALS = 1e12;

  // To the nearest whole number, a half to the even one: how NumPy rounds.
  var rounded = function (value) {
    var below = Math.floor(value), over = value - below;
    if (over !== 0.5) { return Math.round(value); }
    return below % 2 === 0 ? below : below + 1;
  };

  // values: an array per criterion, its rows in the order that decides between equal scores; weights: one each.
  // Returns per row its score and its rank (equal scores share the better one), and the rows in order; null when no
  // weight is above zero or one is no number from zero.
  report.rank = function (values, weights) {
    var sum = 0, fine = weights.every(function (weight) { return Number.isFinite(weight) && weight >= 0; });
    weights.forEach(function (weight) { sum += weight; });
    if (!fine || !(sum > 0) || !values.length) { return null; }
    var size = values[0].length, scores = new Float64Array(size), keys = new Float64Array(size), order = [];
    values.forEach(function (column, place) {
      var share = weights[place] / sum;
      for (var row = 0; row < size; row++) { scores[row] += share * column[row]; }
    });
    for (var row = 0; row < size; row++) {
      scores[row] = Math.min(scores[row], 1);
      keys[row] = rounded(scores[row] * DECIMALS);
      order.push(row);
    }
    order.sort(function (a, b) { return keys[b] - keys[a] || a - b; });
    var ranks = new Int32Array(size), rank = 0;
    order.forEach(function (row, place) {
      if (place === 0 || keys[row] !== keys[order[place - 1]]) { rank = place + 1; }
      ranks[row] = rank;
    });
    return { scores: scores, ranks: ranks, order: order };
  };
})();
