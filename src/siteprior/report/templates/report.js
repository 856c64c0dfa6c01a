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
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (part) { part.open = true; });
});
