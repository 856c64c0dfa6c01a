"""Development High Risk Areas of the Mining Remediation Authority: the share of each site in one, a flag of cost."""

from __future__ import annotations

from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import ReadFile, Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import Published, evidence

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
    published=Published(
        "Development High Risk Area",
        publisher="Mining Remediation Authority",
        licence="Open Government Licence v3.0",
        attribution="Contains public sector information licensed under the Open Government Licence v3.0 (Mining "
        "Remediation Authority).",
        page="https://www.gov.uk/government/publications/coal-mining-data-development-high-risk-areas",
        note="Shapefile, or a box from the web services of the British Geological Survey "
        "(https://map.bgs.ac.uk/arcgis/services/CoalAuthority): then state the box with coverage.",
    ),
    keys=PublishedLayer,
    many=True,
    example="development_high_risk_area.shp",
    layers=[{
        "name": "coal_high_risk", "kind": "vector", "measure": "share", "title": "Coal mining high risk",
    }],
)(reader_of(WANTED, {"coal_high_risk": None}, counted=high_risk))  # fmt: skip
