"""Seeded damage to files: bits, lines, cells, headers, JSON values, archives; the same seed makes the same damage.

What kind of damage a file can take is known by its name: text and tables, JSON, XML, zips and workbooks; any file has
bits and an end.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from random import Random

Damage = Callable[[bytes, Random], bytes]

STRANGE = (
    "", " ", "NaN", "nan", "inf", "-inf", "1e309", "1e30", "-1e30", "9" * 20, "9" * 400, "-1", "0", "1e-400", "0x10",
    "²022", "१२", "1,234,567", "0,5", "1.2.3", "TRUE", "None", "null", "#REF!", "=1+1", "'", '"', '""', '"a""b', "a\nb",
    "a\r\nb", "\x00", "a\x00b", "\u200b=1", "\ufeff", "\u202e", "é" * 300, "x" * 70_000, "<b>", "31/02/2024",
    "0000-00-00", "99999-01-01", "2024-13-45", "1900-01-00", "POINT(1 2)", "POLYGON((0 0,1 1", "-0", "1_000", "½", "🏠",
    "E" * 50, "1e", "+", "2026-01-31T25:61:61", "%s%n", "{0}", "../../etc/passwd", "http://[", "0" * 5000,
)  # fmt: skip
"""Cells that no reader can have been written for."""

NUMBERS = (1e308, -1e308, 1e30, 1e-308, 2**63, -(2**63), 2**200, 0, -1, 0.1, 400_000, 1e400, float("nan"))
JSON_VALUES = (None, True, False, [], {}, [[]], "", "NaN", "x" * 9_000, [None], {"a": {"b": []}}, [[[]]], *NUMBERS)


def flip_bits(data: bytes, random: Random) -> bytes:
    """Flip one to eight bits."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut_off(data: bytes, random: Random) -> bytes:
    """Keep the beginning."""
    return data[: random.randrange(len(data))]


def remove_bytes(data: bytes, random: Random) -> bytes:
    """Remove some bytes in the middle."""
    at = random.randrange(len(data))
    return data[:at] + data[at + random.choice((1, 2, 100, 5_000)) :]


def put_bytes(data: bytes, random: Random) -> bytes:
    """Put bytes that are no text, or text of another kind, somewhere."""
    put = random.choice(
        (
            b"\0",
            b"\xff\xfe",
            b"\xc3\x28",
            b"\xed\xa0\x80",
            b"\x1a",
            b"\x80",
            b"\r",
            b"\n\n",
            b'"',
            b"''",
            b"<!--",
            b"\\",
        )
    )
    at = random.choice((0, random.randrange(len(data)), len(data)))
    return data[:at] + put * random.choice((1, 2, 3)) + data[at:]


def repeat_bytes(data: bytes, random: Random) -> bytes:
    """Put a piece of the file in once more."""
    at, size = random.randrange(len(data)), random.choice((1, 30, 400))
    return data[: at + size] + data[at : at + size] + data[at + size :]


def change_lines(data: bytes, random: Random) -> bytes:
    """Remove, double or exchange lines."""
    lines = data.splitlines(keepends=True)
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(one, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines[one] = lines[one].rstrip(b"\r\n")[: random.randint(0, 30)] + b"\n"
    return b"".join(lines)


def carriage_returns(data: bytes, random: Random) -> bytes:
    """Put one to three carriage returns alone within lines, or end a line with one."""
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(data))
        end = data.find(b"\n", at)
        if end >= 0 and random.random() < 0.5:
            data = data[:end].removesuffix(b"\r") + b"\r" + data[end + 1 :]
        else:
            data = data[:at] + b"\r" + data[at:]
    return data


def _of_cells(data: bytes, change: Callable[[list[list[str]], Random], None], random: Random) -> bytes:
    """Change the cells of a CSV."""
    text = data.decode("utf-8", errors="surrogateescape")
    rows = list(csv.reader(io.StringIO(text)))
    change(rows, random)
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode("utf-8", errors="surrogateescape")


def strange_cell(data: bytes, random: Random) -> bytes:
    """Put one to three strange values into cells."""

    def change(rows: list[list[str]], random: Random) -> None:
        for _ in range(random.randint(1, 3)):
            row = random.choice([row for row in rows[1:] if row])
            row[random.randrange(len(row))] = random.choice(STRANGE)

    return _of_cells(data, change, random)


def strange_column(data: bytes, random: Random) -> bytes:
    """Put one strange value into a whole column."""

    def change(rows: list[list[str]], random: Random) -> None:
        value, at = random.choice(STRANGE), random.randrange(len(rows[0]))
        for row in rows[1:]:
            if at < len(row):
                row[at] = value

    return _of_cells(data, change, random)


def change_columns(data: bytes, random: Random) -> bytes:
    """Remove, exchange, rename or double a column, or double the header."""

    def change(rows: list[list[str]], random: Random) -> None:
        one, other = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
        match random.randrange(5):
            case 0:
                rows[:] = [row[:one] + row[one + 1 :] for row in rows]
            case 1:
                for row in rows:
                    if max(one, other) < len(row):
                        row[one], row[other] = row[other], row[one]
            case 2:
                rows[0][one] = random.choice((*STRANGE, rows[0][other]))
            case 3:
                rows.insert(random.choice((1, len(rows))), list(rows[0]))
            case _:
                rows[:] = [[*row[: one + 1], *row[one:]] for row in rows]

    return _of_cells(data, change, random)


def change_widths(data: bytes, random: Random) -> bytes:
    """Give a row cells too few or too many."""

    def change(rows: list[list[str]], random: Random) -> None:
        row = random.choice(rows)
        if random.random() < 0.5:
            del row[random.randrange(len(row) or 1) :]
        else:
            row += [random.choice(STRANGE)] * random.choice((1, 5))

    return _of_cells(data, change, random)


def other_text(data: bytes, random: Random) -> bytes:
    """Write the text in another encoding, with other line ends or another delimiter, or as one line."""
    text = data.decode("utf-8", errors="replace")
    made: list[Callable[[], bytes]] = [
        lambda: text.encode("utf-16"), lambda: text.encode("utf-16-le"), lambda: text.encode("cp1252", "replace"),
        lambda: text.encode("utf-32"), lambda: text.replace("\n", "\r").encode(),
        lambda: text.replace("\n", "").encode(),
        lambda: text.replace(",", ";").encode(), lambda: text.replace("\n", "\n\n").encode(),
        lambda: b"\xef\xbb\xbf" + data, lambda: b"\n\n" + data, lambda: text.upper().encode(), lambda: data + data,
        lambda: gzip.compress(data),
    ]  # fmt: skip
    return random.choice(made)()


def _places(value: object, found: list[tuple[list[object] | dict[str, object], int | str]]) -> None:
    """List where each value of a JSON document stands."""
    if isinstance(value, dict):
        for key, part in value.items():
            found.append((value, key))
            _places(part, found)
    elif isinstance(value, list):
        for at, part in enumerate(value):
            found.append((value, at))
            _places(part, found)


def change_json(data: bytes, random: Random) -> bytes:
    """Put one to three values of another kind into a JSON document, or remove them."""
    document = json.loads(data)
    for _ in range(random.randint(1, 3)):
        found: list[tuple[list[object] | dict[str, object], int | str]] = []
        _places(document, found)
        deep = [place for place in found if not isinstance(place[0], list) or not isinstance(place[0][0], float)]
        holder, at = random.choice(random.choice((found, deep)) or found)
        if random.random() < 0.2:
            del holder[at]  # type: ignore[arg-type]  # an index of the list, or a key of the mapping
        else:
            holder[at] = random.choice(JSON_VALUES)  # type: ignore[index]  # as above
    return json.dumps(document).replace("Infinity", "1e400").encode()


def change_attribute(data: bytes, random: Random) -> bytes:
    """Put a strange value into an attribute or text of an XML document, or rename or remove a tag."""
    text = data.decode("utf-8", errors="replace")
    marks = [at for at, sign in enumerate(text) if sign in '"<>']
    if not marks:
        return flip_bits(data, random)
    at = random.choice(marks)
    end = min((mark for mark in marks if mark > at), default=len(text))
    kept = random.choice(
        (str(random.choice(STRANGE)), "&lt;", "&x;", "&#0;", "", text[at + 1 : end][::-1], "]]>", "true", "0")
    )
    return (text[: at + 1] + kept + text[end:]).encode("utf-8", errors="replace")


def damage_member(data: bytes, random: Random) -> bytes:
    """Damage a file in a zip, and pack it again whole; or remove, rename or double it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([name for name, contents in members.items() if contents])
    kind = random.randrange(10)
    if kind == 0:
        del members[name]
    elif kind == 1:
        members[name + random.choice((".bak", "é", "/x"))] = members.pop(name)
    else:
        tables = name.lower().endswith((".txt", ".csv"))
        members[name] = damaged(members[name], "member.csv" if tables else "member.xml", random)[1]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, contents in members.items():
            archive.writestr(each, contents)
    return written.getvalue()


def damage_packed(data: bytes, random: Random) -> bytes:
    """Damage what a gzip holds, and pack it again whole."""
    return gzip.compress(damaged(gzip.decompress(data), "packed.csv", random)[1])


ANY: tuple[Damage, ...] = (flip_bits, cut_off, remove_bytes, put_bytes, repeat_bytes)
TEXT: tuple[Damage, ...] = (change_lines, other_text)
TABLE: tuple[Damage, ...] = (strange_cell, strange_cell, strange_column, change_columns, change_columns, change_widths,
                              carriage_returns)  # fmt: skip
OF_KIND: dict[str, tuple[Damage, ...]] = {
    "csv": (*TEXT, *TABLE), "txt": (*TEXT, *TABLE), "geojson": (*TEXT, *(change_json,) * 6),
    "json": (*TEXT, *(change_json,) * 6), "xml": (*TEXT, *(change_attribute,) * 4),
    "osm": (*TEXT, *(change_attribute,) * 4), "graphml": (*TEXT, *(change_attribute,) * 4),
    "xlsx": (damage_member,) * 6, "zip": (damage_member,) * 6, "gz": (damage_packed,) * 6,
    "toml": (*TEXT, *(change_attribute,) * 4),
}  # fmt: skip


def damaged(data: bytes, name: str, random: Random) -> tuple[str, bytes]:
    """Return what was done to a file, and its damaged bytes."""
    kinds = (*ANY, *OF_KIND.get(name.rpartition(".")[2].lower(), ()))
    chosen = [random.choice(kinds) for _ in range(random.choice((1, 1, 1, 2)))]
    done = []
    for damage in chosen:
        if data:
            try:
                data = damage(data, random)
            except Exception:  # noqa: BLE001  # the first damage may leave anything but what the second is made for
                data = flip_bits(data, random)
            done.append(damage.__name__)
    return " and ".join(done), data
