// The list beside the map: every site shown, reached by the tab key and the arrows; Enter opens its card.
var report = report || {};

(function () {
  var element = report.element;
  var PART = 100;

  report.List = function (list, more, events) {
    var sites = [], drawn = 0, first = 0;

    var item = function (site) {
      var line = element("li");
      var button = element("button", "entry");
      button.type = "button";
      button.dataset.row = site.row;
      var disc = element("span", report.onShortlist(site, first) ? "disc" : "place", report.count(site.now));
      button.appendChild(disc);
      var words = element("span", "words", site.title);
      words.appendChild(element("span", "sub", [site.council, site.verdict].filter(Boolean).join(" · ")));
      button.appendChild(words);
      if (site.verdict) {
        var look = report.looks[site.verdict];
        button.appendChild(report.mark(look.shape, look.colour, report.colours.ink));
      }
      line.appendChild(button);
      return line;
    };

    var add = function () {
      sites.slice(drawn, drawn + PART).forEach(function (site) { list.appendChild(item(site)); });
      drawn = Math.min(sites.length, drawn + PART);
      more.hidden = drawn >= sites.length;
      more.textContent = "Show " + report.count(Math.min(PART, sites.length - drawn)) + " more";
    };

    more.addEventListener("click", function () {
      var next = drawn;
      add();
      list.querySelectorAll("button")[next].focus();
    });
    list.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (button) { events.open(Number(button.dataset.row), button); }
    });
    list.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) { return; }
      var buttons = Array.from(list.querySelectorAll("button"));
      var next = buttons[buttons.indexOf(document.activeElement) + step];
      if (next) { event.preventDefault(); next.focus(); }
    });
    ["mouseover", "focusin"].forEach(function (kind) {
      list.addEventListener(kind, function (event) {
        var button = event.target.closest("button");
        events.point(button ? Number(button.dataset.row) : null);
      });
    });
    ["mouseleave", "focusout"].forEach(function (kind) {
      list.addEventListener(kind, function () { events.point(null); });
    });

    return {
      show: function (shown, length) {
        sites = shown;
        first = length;
        drawn = 0;
        list.replaceChildren();
        add();
      },
      pick: function (row) {
        list.querySelectorAll("button").forEach(function (button) {
          button.setAttribute("aria-pressed", String(Number(button.dataset.row) === row));
        });
      }
    };
  };
})();
