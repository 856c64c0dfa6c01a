"use strict";
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach(function (head, column) {
    // Not a button element: browsers leave those out of the heads they repeat on printed pages.
    var button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); button.click(); }
    });
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      var body = table.tBodies[0];
      var value = function (row) {
        var cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
      };
      var rows = Array.from(body.rows);
      rows.sort(function (a, b) {
        var x = value(a), y = value(b);
        // What is not known stays at the end, whichever way the table is sorted.
        if (x === "" || y === "") { return x === y ? 0 : x === "" ? 1 : -1; }
        var order = isNaN(x) || isNaN(y) ? x.localeCompare(y, "en") : x - y;
        return down ? -order : order;
      });
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
});
// A search over a long list: rows without the words are not shown.
document.querySelectorAll("input[data-search]").forEach(function (field) {
  var table = document.getElementById(field.dataset.search), rows = Array.from(table.tBodies[0].rows);
  var found = document.getElementById(table.id + "-found");
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = rows.filter(function (row) {
      var text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      return !row.hidden;
    });
    found.textContent = words.length ? shown.length + " of " + rows.length : "";
  });
});
// A link to a section, or to what stands in it, opens it.
var opened = function () {
  var goal = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!goal) { return; }
  var fold = goal.querySelector("details.part");
  if (fold) { fold.open = true; }
  for (var part = goal.closest("details"); part; part = part.parentElement.closest("details")) { part.open = true; }
  goal.scrollIntoView();
};
window.addEventListener("hashchange", opened);
opened();
// On paper nothing can be opened: all is, but for long lists that the run's files hold, too.
var unfolded = [];
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details:not(.keep)").forEach(function (part) {
    if (!part.open) { part.open = true; unfolded.push(part); }
  });
});
window.addEventListener("afterprint", function () {
  unfolded.forEach(function (part) { part.open = false; });
  unfolded = [];
});
