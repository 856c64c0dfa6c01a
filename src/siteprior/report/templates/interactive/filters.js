// Which sites are shown: one set of filters for map, list and table.
var report = report || {};

(function () {
  // What a reader asked for, read from the fields of the form; a field the page lacks asks for nothing.
  report.asked = function (form) {
    var value = function (name) { var field = form.elements[name]; return field ? field.value : ""; };
    var verdicts = Array.from(form.querySelectorAll("input[name=verdict]"));
    var most = parseInt(value("most"), 10);
    return {
      which: value("which"),
      text: value("text").trim().toLocaleLowerCase("en"),
      verdicts: verdicts.filter(function (box) { return box.checked; }).map(function (box) { return box.value; }),
      everyVerdict: verdicts.every(function (box) { return box.checked; }),
      settled: value("settled"),
      council: value("council"),
      corridor: value("corridor"),
      most: most > 0 ? most : null,
      programme: value("programme")
    };
  };

  report.passes = function (site, asked, first) {
    if (asked.which !== "all" && asked.which !== "" && (!site.lead || site.now === null)) { return false; }
    if (asked.which === "shortlist" && !report.onShortlist(site, first)) { return false; }
    if (asked.most !== null && (site.now === null || site.now > asked.most)) { return false; }
    if (!asked.everyVerdict && asked.verdicts.indexOf(site.verdict) < 0) { return false; }
    if (asked.settled && site.settled !== asked.settled) { return false; }
    if (asked.council && site.council !== asked.council) { return false; }
    if (asked.corridor && site.corridors.indexOf(asked.corridor) < 0) { return false; }
    if (asked.programme && String(site.programme) !== asked.programme) { return false; }
    // every word has to stand somewhere
    return asked.text.split(/\s+/).every(function (word) { return site.searched.indexOf(word) >= 0; });
  };

  // The run's shortlist as it is; under other weights the first so many.
  report.onShortlist = function (site, first) {
    return site.moved ? site.place_now < first : Boolean(site.shortlisted);
  };
})();
