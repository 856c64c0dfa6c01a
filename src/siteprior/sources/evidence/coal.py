"""Development High Risk Areas of the Mining Remediation Authority: the share of each site in one, a flag of cost."""

from __future__ import annotations

from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import ReadFile, Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "coal",
    columns={"risk": ("development risk", "risk area", "risk", "area type", "class", "category", "type", "name")},
    spans="coal",
)


def high_risk(file: ReadFile) -> ReadFile:
    """Return a file with its areas of high risk alone, where a column states which are; all of them where none does."""
    if not any("high" in text.casefold() for text in file.seen.get("risk", ())):
        return file
    return file._replace(table=file.table.loc[file.table["risk"].str.contains("high", case=False, regex=False)])


read_coal = evidence(
    "coal",
    title="Coal mining high risk",
    meaning="Development High Risk Areas (Mining Remediation Authority): the share of each site in one, a flag of "
    "cost; never a gate",
    keys=PublishedLayer,
    many=True,
    example="development_high_risk_area.shp",
    layers=[{
        "name": "coal_high_risk", "kind": "vector", "measure": "share", "title": "Coal mining high risk",
    }],
)(reader_of(WANTED, {"coal_high_risk": None}, counted=high_risk))  # fmt: skip
