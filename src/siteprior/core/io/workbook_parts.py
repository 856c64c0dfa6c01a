"""The parts a workbook is packed from, looked through before it is opened: how large its sheets are, what they hold.

The reader of workbooks takes memory for the whole rectangle around the filled cells of a sheet, and says neither which
cells are formulas without a value nor what an error cell says. Both stand in the XML of its sheets.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.unpacking import bomb_faults, refuse, size_faults

SAVE_AGAIN = "open it in Excel and save it again as .xlsx or CSV"
KINDS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
"""Parts by which a packed workbook is known, and what it is."""

LONGEST_NAME = 300
"""Signs of the longest name of a tag or attribute that is read; those of workbooks have at most 40."""

_REFERENCE = re.compile(r"\$?([A-Za-z]+)\$?([0-9]+)")


class Merged(NamedTuple):
    """A range of cells merged into one: its first and last record (from 1) and column (from 0)."""

    first: int
    left: int
    last: int
    right: int


@dataclass
class Part:
    """What the XML of one sheet says of its cells; records count from 1, columns from 0.

    ``texts`` counts the cells whose text the sheet shares with others (signs, where their lengths are known);
    ``unstored`` are formulas without a stored value, ``errors`` what error cells such as ``#N/A`` say.
    """

    rows: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (0, 0)
    texts: int = 0
    unstored: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """Cells of the rectangle around the filled ones."""
        return (self.rows[1] - self.rows[0] + 1) * (self.columns[1] - self.columns[0] + 1) if self.rows[1] else 0

    def fill(self, row: int, column: int) -> None:
        """Take a filled cell into the rectangle."""
        first, last = self.rows
        self.rows = (min(first or row, row), max(last, row))
        left, right = self.columns
        self.columns = (min(left, column), max(right, column)) if last else (column, column)


class Parts(NamedTuple):
    """A packed workbook looked through: its kind, and the part of each sheet by name (of ``xlsx``)."""

    kind: str
    sheets: dict[str, Part]


def look_through(data: bytes, name: str) -> Parts:
    """Look a packed workbook through, and refuse one that is damaged, protected or larger than is read.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        What it is called in messages.

    Returns
    -------
    Parts

    Raises
    ------
    InputError
        When it cannot be unpacked, is no workbook, unpacks to more than the limits of ``parameters/files.toml`` allow,
        or a sheet holds a cell beyond what a workbook can have.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            infos = {info.filename.lstrip("/"): info for info in book.infolist()}
            _refuse_large(infos, name)
            kind = next((kind for part, kind in KINDS.items() if part in infos), "")
            if not kind:
                raise InputError(f"{name}: is an archive, but no workbook (it has no part xl/workbook.xml)")
            if kind == "xlsb":
                raise InputError(f"{name}: is a binary workbook (.xlsb), which is not read; {SAVE_AGAIN}")
            sheets = _sheets_of(book, infos, name) if kind == "xlsx" else _of_document(book, infos, name)
    except InputError:
        raise
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, ValueError, LookupError) as fault:
        if name.lower().endswith(".zip"):
            raise InputError(f"{name}: the archive cannot be unpacked ({fault}); download or pack it again") from None
        raise InputError(f"{name}: the workbook cannot be opened, it is damaged ({fault}); {SAVE_AGAIN}") from None
    except (RuntimeError, NotImplementedError) as fault:
        locked = "password" in str(fault)
        why = "is protected by a password" if locked else f"is packed by a method that is not known ({fault})"
        raise InputError(f"{name}: the workbook {why}; open it in Excel and save it without") from None
    return Parts(kind, sheets)


def _refuse_large(infos: dict[str, zipfile.ZipInfo], name: str) -> None:
    """Refuse a workbook whose parts are protected or unpack to more than is read, by what its directory states."""
    if any(info.flag_bits & 1 for info in infos.values()):
        raise InputError(f"{name}: the workbook is protected by a password; open it in Excel and save it without")
    limit = load_parameters("files").number("workbook_limit_mb")
    total = sum(info.file_size for info in infos.values())
    faults = size_faults(f"{name}: the workbook", total, limit_mb=limit, fix="save the sheets needed as CSV")
    for info in infos.values():
        faults += bomb_faults(
            f"{name}: the part '{info.filename}'", unpacked=info.file_size, packed=info.compress_size, fix=SAVE_AGAIN
        )
    refuse(faults)


def _members(book: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the part of each sheet of cells of an ``.xlsx``, by its name."""
    listed = [a for tag, a in _tags(book, infos["xl/workbook.xml"], name) if tag == "sheet"]
    if not listed:
        raise InputError(f"{name}: the workbook holds no sheet; give one that does")
    links = "xl/_rels/workbook.xml.rels"
    targets = {
        a["Id"]: posixpath.normpath(posixpath.join("/xl", a.get("Target", ""))).lstrip("/")
        for tag, a in (_tags(book, infos[links], name) if links in infos else ())
        if tag == "Relationship" and "Id" in a
    }
    members = {}
    for attributes in listed:
        link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        target = targets.get(link, "")
        if target in infos and "/worksheets/" in target:  # not a chart
            members[attributes.get("name", "")] = infos[target]
    return members


def _sheets_of(book: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], name: str) -> dict[str, Part]:
    """Return what the sheets of an ``.xlsx`` hold, by the name of each; every part read is checked against its sum."""
    lengths = [0]
    for part, info in infos.items():
        if part.lower().endswith("sharedstrings.xml"):
            lengths = _lengths(book, info, name)
        elif part.lower().endswith(("styles.xml", ".rels")):
            book.read(info)  # a damaged part is found here
    members = _members(book, infos, name)
    sheets = {title: _Sheet(f"{name}: sheet '{title}'").read(book, info) for title, info in members.items()}
    limit = load_parameters("files").number("workbook_limit_mb")
    if size_faults("", sum(part.texts for part in sheets.values()) * max(lengths), limit_mb=limit, fix=""):
        texts = 0
        for title, member in members.items():  # text by text, where each of them at its longest would be too much
            texts += _Sheet(f"{name}: sheet '{title}'", lengths).read(book, member).texts
            refuse(size_faults(f"{name}: the texts of the cells", texts, limit_mb=limit, fix=SAVE_AGAIN))
    return sheets


def _parse(book: zipfile.ZipFile, info: zipfile.ZipInfo, parser: expat.XMLParserType, name: str) -> None:
    """Let a parser read a part, and say of a fault in which part and line it is."""

    def refuse_declarations(*_: str | int | None) -> None:
        raise InputError(
            f"{name}: the part '{info.filename}' declares a document type, which no workbook does; {SAVE_AGAIN}"
        )

    parser.StartDoctypeDeclHandler = refuse_declarations
    try:
        with book.open(info) as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as fault:
        raise InputError(
            f"{name}: cannot be opened, it is damaged (the part '{info.filename}': {fault}); {SAVE_AGAIN}"
        ) from None


def _tags(book: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return the tags of a part with their attributes, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    _parse(book, info, parser, name)
    return iter(found)


def _lengths(book: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> list[int]:
    """Return the signs of each text that cells share, and 0 after the last."""
    lengths = list[int]()
    parser = expat.ParserCreate()

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def text(piece: str) -> None:
        if lengths:
            lengths[-1] += len(piece)

    parser.StartElementHandler, parser.CharacterDataHandler, parser.buffer_text = start, text, True
    _parse(book, info, parser, name)
    return [*lengths, 0]


def column_of(letters: str) -> int:
    """Return the place of a column from 0: ``A`` is 0, ``XFD`` the last of a workbook, 16,383.

    Examples
    --------
    >>> column_of("A"), column_of("AA"), column_of("XFD")
    (0, 26, 16383)
    """
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def cell_of(reference: str) -> tuple[int, int]:
    """Return the record (from 1) and the column (from 0) of a cell such as ``B7``.

    Examples
    --------
    >>> cell_of("B7"), cell_of("$AA$10")
    ((7, 1), (10, 26))
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None or len(reference) > LONGEST_NAME:
        raise ValueError(f"'{reference[:40]}' is no cell")
    return int(found[2]), column_of(found[1])


class _Sheet:
    """The XML of one sheet, read tag by tag."""

    def __init__(self, name: str, lengths: list[int] | None = None) -> None:
        limits = load_parameters("files")
        self.name, self.part, self.lengths = name, Part(), lengths
        self.most_rows = int(limits.number("workbook_rows_limit"))
        self.most_columns = int(limits.number("workbook_columns_limit"))
        self.row, self.column, self.kind = 0, -1, ""
        self.formula = self.stored = False
        self.parser = expat.ParserCreate()
        self.columns: dict[str, int] = {}

    def read(self, book: zipfile.ZipFile, info: zipfile.ZipInfo) -> Part:
        """Read the part whole, and refuse a rectangle of more cells than is read."""
        self.parser.StartElementHandler = self.start
        _parse(book, info, self.parser, self.name)
        self.end_cell()
        limit = load_parameters("files").number("workbook_cells_limit")
        if self.part.cells > limit:
            first, last = self.part.rows
            raise InputError(
                f"{self.name}: its filled cells span rows {first} to {last} and "
                f"{self.part.columns[1] - self.part.columns[0] + 1} columns, {self.part.cells:,} cells; at most "
                f"{limit:,} are read. Delete the far cells, or save the sheet as CSV"
            )
        return self.part

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take a tag: a row, a cell, its formula or value, or a range merged."""
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            self.end_cell()
            self.place(attributes.get("r"))
            self.kind = attributes.get("t", "n")
        elif tag == "v" or tag == "is":
            self.part.fill(self.row, self.column)
            if self.kind == "s":
                self.part.texts += self.lengths is None
            if self.formula or self.kind == "e" or (self.kind == "s" and self.lengths):
                self.parser.CharacterDataHandler = self.text
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self.end_cell()
            self.row, self.column = int(attributes.get("r", self.row + 1)), -1
            if not 0 < self.row <= self.most_rows:
                raise InputError(
                    f"{self.name}: row {self.row}: a workbook has at most {self.most_rows:,} rows; {SAVE_AGAIN}"
                )
        elif tag == "mergeCell":
            self.end_cell()
            first, _, last = attributes.get("ref", "").partition(":")
            (top, left), (bottom, right) = cell_of(first), cell_of(last or first)
            self.part.merged.append(Merged(top, left, bottom, right))

    def place(self, reference: str | None) -> None:
        """Note where a cell stands; one that does not say so is the next in its row."""
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            if letters not in self.columns:
                self.columns[letters] = cell_of(reference)[1]
            self.column = self.columns[letters]
            if reference[len(letters) :] != str(self.row):
                self.row = cell_of(reference)[0]
        if self.column >= self.most_columns or not 0 < self.row <= self.most_rows:
            raise InputError(
                f"{self.name}: row {self.row}: the cell '{(reference or '')[:40]}' lies beyond the "
                f"{self.most_rows:,} rows and {self.most_columns:,} columns a workbook can have; {SAVE_AGAIN}"
            )

    def text(self, piece: str) -> None:
        """Take the value stored with a formula, or the text of an error."""
        if piece.strip():
            self.stored = True
        if self.kind == "s" and self.lengths and piece.strip().isdecimal():
            place = int(piece) if len(piece) < 12 else len(self.lengths)
            self.part.texts += self.lengths[place] if place < len(self.lengths) else 0
        if self.kind == "e":
            at = (self.row, self.column)
            self.part.errors[at] = self.part.errors.get(at, "") + piece

    def end_cell(self) -> None:
        """Note a formula without a value; one whose value is a blank text has it."""
        if self.formula and not self.stored and self.kind != "str":
            self.part.unstored.append((self.row, self.column))
        self.formula = self.stored = False
        self.kind = ""
        self.parser.CharacterDataHandler = None


class _Checked(_Sheet):
    """The XML of one sheet, in which the first value is looked for that is none."""

    fault = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the text of every value that is to be a number."""
        super().start(tag, attributes)
        if tag.rpartition(":")[2] == "v" and self.kind in ("n", "s"):
            self.parser.CharacterDataHandler = self.text

    def text(self, piece: str) -> None:
        """Note the first value that is no number, or no place in the list of texts."""
        if self.fault or self.kind not in ("n", "s"):
            return
        try:
            value = float(piece)
            known = (
                math.isfinite(value)
                if self.kind == "n"
                else (value.is_integer() and 0 <= value < len(self.lengths or ()) - 1)
            )
        except (ValueError, OverflowError):
            known = False
        if not known:
            what = "no number" if self.kind == "n" else "no text of the workbook"
            self.fault = f"row {self.row}: '{piece[:40]}' is {what}"


def first_fault(data: bytes) -> str:
    """Return where the first value stands in a packed workbook that is no number or text; blank where none is found."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        infos = {info.filename.lstrip("/"): info for info in book.infolist()}
        shared = next((info for part, info in infos.items() if part.lower().endswith("sharedstrings.xml")), None)
        lengths = _lengths(book, shared, "") if shared else [0]
        for title, member in _members(book, infos, "").items():
            sheet = _Checked("", lengths)
            sheet.parser.buffer_text = True
            sheet.read(book, member)
            if sheet.fault:
                return f"sheet '{title}', {sheet.fault}"
    return ""


def _of_document(book: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], name: str) -> dict[str, Part]:
    """Refuse an OpenDocument workbook with a sheet of more cells than are read, repeated ones counted."""
    limit = load_parameters("files").number("workbook_cells_limit")
    above = repeated = across = width = 0
    for tag, attributes in _tags(book, infos["content.xml"], name):
        times = next((int(number) for key, number in attributes.items() if key.endswith("-repeated")), 1)
        if tag == "table":
            above = repeated = across = width = 0
        elif tag == "table-row":
            above, repeated, across = above + repeated, times, 0
        elif tag in ("table-cell", "covered-table-cell"):
            across += times
            if any(key.endswith("value-type") for key in attributes):
                width = max(width, across)
                if (above + repeated) * width > limit:
                    raise InputError(
                        f"{name}: holds {(above + repeated) * width:,} cells in one sheet; at most {limit:,} are read. "
                        "Delete the far cells, or save the sheet as CSV"
                    )
    return {}
