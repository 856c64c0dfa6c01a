"""Registers: each council's sites in its own format, with its own faults; ``README.md`` lists them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from making.sites import Site
from making.world import COUNCILS, Row, csv_text, degrees, fields

WEB = "https://illustrative.example"  # a name RFC 2606 keeps free


def uri(key: str) -> str:
    """Return the council's identifier as registers state it."""
    return f"http://opendatacommunities.org/id/metropolitan-district-council/{key}"


def written(day: date | None, style: str = "%d/%m/%Y") -> str:
    """Write a date in a register's style; nothing for none."""
    return day.strftime(style) if day else ""


V2 = fields(
    "OrganisationURI,SiteReference,SiteNameAddress,SiteplanURL,GeoY,GeoX,Hectares,OwnershipStatus,PlanningStatus,"
    "PermissionType,PermissionDate,PlanningHistory,Deliverable,NetDwellingsRangeFrom,NetDwellingsRangeTo,"
    "HazardousSubstances,Notes,FirstAddedDate,LastUpdatedDate,EndDate"
)
TEMPLATE_2017 = fields(
    "OrganisationURI,OrganisationLabel,SiteReference,PreviouslyPartOf,SiteNameAddress,SiteplanURL,"
    "CoordinateReferenceSystem,GeoX,GeoY,Hectares,OwnershipStatus,Deliverable,PlanningStatus,PermissionType,"
    "PermissionDate,PlanningHistory,ProposedForPIP,MinNetDwellings,DevelopmentDescription,NonHousingDevelopment,Part2,"
    "NetDwellingsRangeFrom,NetDwellingsRangeTo,HazardousSubstances,SiteInformation,Notes,FirstAddedDate,LastUpdatedDate"
)
WOLVERHAMPTON = fields(
    "FID,Reference,Address,Easting,Northing,Hectares (gross),Planning Permission Status,Planning Status,"
    "Planning History,Local Plan Ref,Previous Use,Ownership status,Owners (if known),Housing Est (remaining),"
    "All/Part Deliverable within 5 years,FirstAdd,Last Updated,Co-ordinate system,Local Authority,OrganisationURI,"
    "Map Weblink,x,y"
)


def common_row(key: str, site: Site, style: str) -> Row:
    """Give the fields the 2017 template and the 2019 schema share, with places in degrees."""
    lon, lat = degrees(site.xy)[0]
    return {
        "OrganisationURI": uri(key), "OrganisationLabel": COUNCILS[key].label, "SiteReference": site.reference,
        "SiteNameAddress": site.name, "SiteplanURL": f"{WEB}/{key}/brownfield/{site.reference}",
        "GeoX": f"{lon:.6f}", "GeoY": f"{lat:.6f}", "Hectares": f"{site.hectares:g}",
        "OwnershipStatus": site.ownership, "PlanningStatus": site.status, "PermissionType": site.kind,
        "PermissionDate": written(site.permitted, style),
        "PlanningHistory": f"{WEB}/{key}/planning/{site.reference[-3:]}" if site.permitted else "",
        "Deliverable": "yes" if site.deliverable else "", "MinNetDwellings": site.low,
        "NetDwellingsRangeFrom": site.low, "NetDwellingsRangeTo": site.high,
        "Notes": "; ".join(filter(None, [site.note, site.stage])),
        "FirstAddedDate": written(site.first, style), "LastUpdatedDate": written(site.updated, style),
        "EndDate": written(site.ended, style),
    }  # fmt: skip


def swap(row: Row) -> None:
    """Exchange the two coordinates of a row."""
    row["GeoX"], row["GeoY"] = row["GeoY"], row["GeoX"]


def birmingham(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, degrees, dates of eight digits, capitals; single points swapped, one sign lost, one far away."""
    rows = [common_row("birmingham", site, "%Y%m%d") for site in sites]
    for row in rows:
        row["OwnershipStatus"], row["PlanningStatus"] = row["OwnershipStatus"].title(), row["PlanningStatus"].title()
        row["PermissionType"], row["Deliverable"] = row["PermissionType"].title(), row["Deliverable"].title()
    for n in (6, 24, 47):
        swap(rows[n])
    rows[15]["GeoX"] = rows[15]["GeoX"].removeprefix("-")
    lon, lat = degrees((404_500, 263_000))[0]
    rows[33] |= {"GeoX": f"{lon:.6f}", "GeoY": f"{lat:.6f}"}
    rows[39]["Notes"] = "Questions to planning.policy@example.org or 01632 960142"
    rows[41] |= {
        "PlanningStatus": "Permissioned",
        "PermissionType": "Full Planning Permission",
        "PermissionDate": "20230231",
    }
    rows[52]["PlanningStatus"] = "Pending"
    rows[55]["Hectares"] = ""
    rows.append(dict(rows[10]))
    rows.append(
        rows[1]
        | {"Hectares": "3.4", "NetDwellingsRangeFrom": 96, "NetDwellingsRangeTo": 96, "LastUpdatedDate": "20241213"}
    )
    labels = {
        "OrganisationURI": "OrganisationURL",
        "SiteplanURL": "SitePlanURL",
        "NetDwellingsRangeTo": "NetDwellingsRangeto",
    }
    return "birmingham.csv", register(V2, rows, labels).encode()


def dudley(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, degrees, dd/mm/yyyy, cp1252, references padded with blanks, sites that ended still listed."""
    rows = [common_row("dudley", site, "%d/%m/%Y") | {"Deliverable": ""} for site in sites]
    for row in rows:
        row["SiteReference"] = row["SiteReference"].ljust(50)
    for n in (3, 14, 22, 36):
        rows[n]["EndDate"] = rows[n]["LastUpdatedDate"]
    rows[5]["SiteNameAddress"] = rows[5]["SiteNameAddress"].replace("former", "former café –")
    rows[18]["Notes"] = "Clearance estimated at £250,000 – abnormal costs"
    rows[26]["LastUpdatedDate"] = "31/11/2024"
    rows[30]["NetDwellingsRangeFrom"] = rows[30]["NetDwellingsRangeTo"] = ""
    return "dudley.csv", register(V2, rows).encode("cp1252")


def sandwell(sites: list[Site]) -> tuple[str, bytes]:
    """2017 template, metres without a label, years for dates, line breaks in addresses, blank rows, #N/A."""
    owners = {
        "owned by a public authority": "Public Ownership",
        "not owned by a public authority": "Not in Public Ownership",
    }
    rows = []
    for n, site in enumerate(sites):
        row = common_row("sandwell", site, "%d/%m/%Y")
        row |= {"CoordinateReferenceSystem": "", "GeoX": f"{site.xy[0]:.0f}", "GeoY": f"{site.xy[1]:.0f}"}
        row |= {"SiteNameAddress": site.name.replace(", ", ",\n"), "ProposedForPIP": "No" if n % 3 else ""}
        row["OwnershipStatus"] = owners.get(site.ownership, "")
        row["PermissionType"] = site.kind.removesuffix(" planning permission").title()
        if site.permitted and n % 4 == 1:
            row["PermissionDate"] = f"{site.permitted.year}"
        if site.permitted and n % 4 == 3:
            row["PermissionDate"] = written(site.permitted, "%d.%m.%Y")
        rows.append(row)
    rows[7]["Hectares"] = "0.5 - 1"
    rows[12] |= {"MinNetDwellings": "#N/A", "NetDwellingsRangeFrom": "#N/A", "NetDwellingsRangeTo": "#N/A"}
    rows[21] |= {"GeoX": "", "GeoY": ""}
    rows[29]["GeoY"] = rows[29]["GeoY"][:-1]
    rows[35]["FirstAddedDate"] = ""
    for n in (16, 32, 33):
        rows.insert(n, {})
    rows += [{}, {"OrganisationURI": " "}, {}]
    return "sandwell.csv", register(TEMPLATE_2017, rows).encode()


def solihull(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema under two lines of title, degrees, 'not permissoned', Y and N, a range the wrong way round."""
    rows = [
        common_row("solihull", site, "%d/%m/%Y") | {"Deliverable": "Y" if site.deliverable else "N"} for site in sites
    ]
    for row in rows:
        if row["PlanningStatus"] == "not permissioned":
            row["PlanningStatus"] = "not permissoned"
        row["PlanningHistory"] = row["PlanningHistory"] or "No Planning History"
    rows[8] |= {"NetDwellingsRangeFrom": 24, "NetDwellingsRangeTo": 12}
    rows[19]["Hectares"] = "#N/A"
    swap(rows[27])
    title = csv_text([["Brownfield Land Register 2025 (illustrative)", *[""] * 19], [""] * 20], end="\r\n")
    return "solihull.csv", (title + register(V2, rows)).encode()


def walsall(sites: list[Site]) -> tuple[str, bytes]:
    """2019 schema, the axes exchanged in the whole file, ISO dates, two statuses in the wrong column, a stray code."""
    rows = [common_row("walsall", site, "%Y-%m-%d") for site in sites]
    for row in rows:
        swap(row)
    for n in [n for n, site in enumerate(sites) if site.kind == "full planning permission"][:2]:
        rows[n] |= {"PlanningStatus": "full planning permission", "PermissionType": ""}
    rows[13]["OrganisationURI"] = uri("wolverhampton")
    rows[25]["OwnershipStatus"] = "Unknown ownerhip"
    rows[31]["FirstAddedDate"] = "3026-12-13"
    rows.append(dict(rows[4]))
    return "walsall.csv", register(V2, rows).encode()


def wolverhampton(sites: list[Site]) -> tuple[str, bytes]:
    """Its own 23 columns with a BOM: metres, years for dates, homes where yes or no is asked, finished sites listed."""
    rows = []
    for n, site in enumerate(sites):
        stage = {"under construction": "Under Construction", "completed": "Completed During 2024/25"}.get(site.stage)
        rows.append({
            "FID": n + 1, "Reference": site.reference, "Address": site.name, "Easting": f"{site.xy[0]:.0f}",
            "Northing": f"{site.xy[1]:.0f}", "Hectares (gross)": f"{site.hectares * 1.02:.3f}",
            "Planning Permission Status": "permissioned" if site.kind else "not permissioned",
            "Planning Status": stage or site.kind.title() or "Other Commitment",
            "Planning History": f"{site.permitted:%y}/0{site.reference[-3:]}0/FUL" if site.permitted else "",
            "Local Plan Ref": " ", "Previous Use": site.use, "Ownership status": "Unknown ownership",
            "Owners (if known)": f"Illustrative owner {n + 1}" if n % 3 == 0 else "",
            "Housing Est (remaining)": site.low,
            "All/Part Deliverable within 5 years": site.low if site.deliverable else 0,
            "FirstAdd": site.first.year, "Last Updated": site.updated.year, "Co-ordinate system": "OSGB36",
            "Local Authority": COUNCILS["wolverhampton"].label, "OrganisationURI": uri("wolverhampton"),
            "Map Weblink": f"{WEB}/wolverhampton/map",
        })  # fmt: skip
    rows[9]["Ownership status"] = "Unknown ownerhip"
    rows[17] |= {"Easting": "", "Northing": ""}
    rows[23]["Northing"] = "92" + rows[23]["Northing"][2:]
    for n in (30, 31, 32):
        rows[n] |= {"Co-ordinate system": " ", "FirstAdd": 0, "Last Updated": " "}
    rows.append(dict(rows[12]))
    return "wolverhampton.csv", register(WOLVERHAMPTON, rows).encode("utf-8-sig")


def coventry(sites: list[Site]) -> tuple[str, bytes]:
    """2017 template in Excel: metres, real date cells, the label counted up by auto-fill, a digit lost, areas blank."""
    rows = []
    for site in sites:
        row = common_row("coventry", site, "%d/%m/%Y")
        row |= {"CoordinateReferenceSystem": "OSGB36", "GeoX": int(site.xy[0]), "GeoY": int(site.xy[1])}
        row |= {"Hectares": site.hectares, "PermissionDate": site.permitted, "FirstAddedDate": site.first}
        rows.append(row | {"LastUpdatedDate": site.updated, "DevelopmentDescription": site.note})
    for n in range(6):
        rows[30 + n]["CoordinateReferenceSystem"] = f"OSGB{37 + n}"
    for n in (4, 18, 40):
        rows[n]["Hectares"] = None
    rows[11]["GeoX"] //= 10
    rows[22]["PlanningStatus"] = "not permissoned"
    rows[37]["MinNetDwellings"] = "#N/A"
    data = [TEMPLATE_2017, *([row.get(c) for c in TEMPLATE_2017] for row in rows)]
    about = [["Brownfield Land Register (illustrative)"], ["Every site in this workbook is invented."]]
    return "coventry.xlsx", workbook({"Data": data, "About": about})


def register(columns: Sequence[str], rows: list[Row], labels: dict[str, str] | None = None) -> str:
    """Write a register as CSV with Windows line ends; an empty row stays empty."""
    header = [(labels or {}).get(column, column) for column in columns]
    return csv_text([header, *([row.get(column, "") for column in columns] for row in rows)], end="\r\n")


def workbook(sheets: dict[str, list[Sequence[Any]]]) -> bytes:
    """Write a plain .xlsx; stored, not packed, and dated 1980, so that it is the same on every machine."""
    kinds = "http://schemas.openxmlformats.org"
    office = f"{kinds}/officeDocument/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    names = list(enumerate(sheets, start=1))
    part = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{part}.worksheet+xml"/>' for n, _ in names
    )
    tabs = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in names)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in names
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{part}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{part}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{office}">'
        f"<sheets>{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">{links}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        # Style 1 is the short date (number format 14).
        "xl/styles.xml": f'<styleSheet xmlns="{kinds}/spreadsheetml/2006/main">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
    for n, name in names:
        lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in sheets[name])
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'
        )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, text in parts.items():
            member = zipfile.ZipInfo(path)
            member.create_system = 0  # else the system it was made on stands in the file
            archive.writestr(member, head + text)
    return target.getvalue()


def cell(value: Any) -> str:
    """Write one cell: date, number, spreadsheet error or text."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    if value == "#N/A":
        return '<c t="e"><v>#N/A</v></c>'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


REGISTERS = {
    "birmingham": birmingham, "coventry": coventry, "dudley": dudley, "sandwell": sandwell,
    "solihull": solihull, "walsall": walsall, "wolverhampton": wolverhampton,
}  # fmt: skip


def write_registers(sites: dict[str, list[Site]]) -> dict[str, bytes]:
    """Write the seven registers."""
    made = [REGISTERS[key](found) for key, found in sites.items()]
    return {f"sites/{name}": data for name, data in made}
