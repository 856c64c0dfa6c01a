"""Workbooks for Excel and its kin, written directly: the same bytes from the same rows, and fast for many of them.

A workbook is a zip of XML parts (ECMA-376, SpreadsheetML and DrawingML). Written here is the little that rows, heads,
filters and a picture need; no clock enters, and every text is an inline string, so that none can become a formula.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Real
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from siteprior.core.files import whole_file

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date every part bears: the earliest a zip archive knows."""

EMU = 9525
"""English metric units to the pixel, the measure of pictures in DrawingML."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_KIND = "application/vnd.openxmlformats-officedocument"
_PART = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Characters a cell can hold."""


class Head(list[Any]):
    """A row of column heads: bold on grey."""


class Title(list[Any]):
    """A row with a title: bold and larger."""


STYLES: dict[type, int] = {list: 0, Head: 1, Title: 2}
WRAPPED = 3


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the widths of its columns (characters), and its rows of text, numbers, dates and ``None``.

    ``head`` says that the first row holds the heads of a table: it stays in sight and can be filtered. Columns in
    ``wrap`` (from 0) break long texts into lines. ``picture`` is a PNG, shown below the rows.
    """

    name: str
    widths: Sequence[float]
    rows: Iterable[Sequence[Any]]
    head: bool = False
    wrap: frozenset[int] = frozenset()
    picture: bytes | None = None


def write_xlsx(path: Path | str, sheets: Sequence[Sheet]) -> Path:
    """Write a workbook, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> file = Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> _ = write_xlsx(file, [Sheet("Sites", (10, 8), [Head(["Name", "ha"]), ["=1+1", 0.5]], head=True)])
    >>> [[cell.value for cell in row] for row in openpyxl.load_workbook(file)["Sites"]]
    [['Name', 'ha'], ['=1+1', 0.5]]
    """
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(sheets),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
    }
    names, filters = "", ""
    for number, sheet in enumerate(sheets, 1):
        text, size = _sheet(sheet)
        parts[f"xl/worksheets/sheet{number}.xml"] = text
        names += f'<sheet name={_attribute(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        if sheet.head:
            area = f"'{sheet.name}'!$A$1:${_letter(len(sheet.widths))}${size}"
            filters += (
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number - 1}" hidden="1">{escape(area)}'
                "</definedName>"
            )
        if sheet.picture is not None:
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(
                [("drawing", f"../drawings/drawing{number}.xml")]
            )
            parts[f"xl/drawings/drawing{number}.xml"] = _drawing(sheet.picture, size + 1, sheet.name)
            parts[f"xl/drawings/_rels/drawing{number}.xml.rels"] = _relations(
                [("image", f"../media/image{number}.png")]
            )
            parts[f"xl/media/image{number}.png"] = sheet.picture
    filters = f"<definedNames>{filters}</definedNames>" if filters else ""
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{names}</sheets>{filters}</workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = _relations(
        [*(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)),
         ("styles", "styles.xml")]
    )  # fmt: skip
    parts["xl/styles.xml"] = _STYLE_SHEET
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # as on Unix, whatever the system
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(info, part if isinstance(part, bytes) else (_PART + part).encode("utf-8"))
    return Path(path)


def _sheet(sheet: Sheet) -> tuple[str, int]:
    """Return the XML of a sheet and the number of its rows."""
    letters = [_letter(place) for place in range(1, len(sheet.widths) + 1)]
    lines = []
    for number, row in enumerate(sheet.rows, 1):
        style = STYLES.get(type(row), 0)
        cells = [
            _cell(f"{letter}{number}", value, style or (WRAPPED if place in sheet.wrap else 0))
            for place, (letter, value) in enumerate(zip(letters, row, strict=False))
            if value is not None
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if sheet.head else ""
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(sheet.widths, 1)
    )
    filtered = f'<autoFilter ref="A1:{letters[-1]}{len(lines)}"/>' if sheet.head else ""
    drawing = '<drawing r:id="rId1"/>' if sheet.picture is not None else ""
    return (
        f'<worksheet xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>{filtered}{drawing}</worksheet>"
    ), len(lines)


def _cell(place: str, value: Any, style: int) -> str:
    """Return the XML of one cell."""
    look = f' s="{style}"' if style else ""
    if isinstance(value, Real) and not isinstance(value, bool):
        return f'<c r="{place}"{look}><v>{value}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = escape(_UNFIT.sub(" ", text)[:_LONGEST])
    return f'<c r="{place}" t="inlineStr"{look}><is><t xml:space="preserve">{text}</t></is></c>'


def _letter(place: int) -> str:
    """Return the name of a column, from 1.

    Examples
    --------
    >>> _letter(1), _letter(28)
    ('A', 'AB')
    """
    name = ""
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _attribute(text: str) -> str:
    """Return a text as the quoted value of an attribute."""
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    """Return a part that names other parts by kind and path, as rId1, rId2, …."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{rows}</Relationships>'


def _content_types(sheets: Sequence[Sheet]) -> str:
    """Return the part that says of what kind every part is."""
    kinds = {"xl/workbook.xml": "spreadsheetml.sheet.main", "xl/styles.xml": "spreadsheetml.styles"}
    for number, sheet in enumerate(sheets, 1):
        kinds[f"xl/worksheets/sheet{number}.xml"] = "spreadsheetml.worksheet"
        if sheet.picture is not None:
            kinds[f"xl/drawings/drawing{number}.xml"] = "drawing"
    rows = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in kinds.items())
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{rows}</Types>'
    )


def _drawing(picture: bytes, row: int, name: str) -> str:
    """Return the part that places a PNG at the left edge below a row."""
    width, height = (pixels * EMU for pixels in struct.unpack(">II", picture[16:24]))
    size = f'cx="{width}" cy="{height}"'
    return (
        f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing" xmlns:a="{_DRAWING}/main" xmlns:r="{_DOCUMENT}">'
        "<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext {size}/>"
        f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name={_attribute(name)}/><xdr:cNvPicPr/></xdr:nvPicPr>'
        '<xdr:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>'
        f'<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>'
        "</xdr:wsDr>"
    )


_STYLE_SHEET = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="14"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EBEF"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""Styles by their place in ``cellXfs``: plain, :class:`Head`, :class:`Title`, wrapped."""
