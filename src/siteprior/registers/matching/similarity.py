"""How similar two sites are: references and names brought to one form, numbers kept apart, areas as radii in metres."""

from __future__ import annotations

import re
import unicodedata
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

M2_PER_HA = 10_000

SHORT = {
    "street": "st", "saint": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "la": "ln",
    "drive": "dr", "court": "ct", "crescent": "cres", "close": "cl", "place": "pl", "square": "sq", "gardens": "gdns",
    "terrace": "tce", "former": "fmr", "formerly": "fmr", "adjacent": "adj", "adjoining": "adj", "opposite": "opp",
    "public": "pub", "house": "hse", "saints": "st", "grove": "gr", "centre": "ctr", "center": "ctr",
}  # fmt: skip
"""Words and the short form they are compared in."""

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8",
}  # fmt: skip
"""Numbers written as words, or in Roman."""

IGNORED = frozenset({"the", "and", "of", "at", "to", "in", "on", "land", "site"})
"""Words that name nothing."""

POSITIONS = frozenset(
    {
        "adj", "opp", "rear", "behind", "front", "above", "below", "between", "upper", "lower", "ground", "first",
        "second", "third", "fourth", "basement", "floor", "floors", "part", "remainder", "remaining", "phase", "plot",
        "plots", "block", "blocks", "parcel", "unit", "units", "north", "south", "east", "west", "northern",
        "southern", "eastern", "western",
    }
)  # fmt: skip
"""Words that distinguish one part of a place from another: they count like numbers."""

_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b")
_FLOORS = re.compile(r"((?:\w+\W+){1,4})floors?\b")
LEVELS = frozenset(
    {"basement", "ground", "first", "second", "third", "fourth", "fifth", "sixth", "top", "upper", "lower", "1st",
     "2nd", "3rd", "4th", "5th", "6th"}
)  # fmt: skip
"""Words that name a floor."""

_PIECES = re.compile(r"[a-z]+|\d+")
_SUB = re.compile(r"(?<=\d)-[a-z]$")
_TWICE = re.compile(r"~\d+$")


class Name(NamedTuple):
    """A site's name and address as it is compared.

    Attributes
    ----------
    pairs
        Its pairs of neighbouring letters.
    marks
        The numbers, single letters and words of position that distinguish one plot from another.
    key
        The words in one spelling.
    postcode
        The one stated, blank where none is.
    """

    pairs: frozenset[str]
    marks: frozenset[str]
    key: str
    postcode: str


def reference_key(reference: str) -> str:
    """Return a reference in the form in which spellings are one: no case, spaces, leading zeros, nor ``~2``.

    Examples
    --------
    >>> reference_key("HO 0014a"), reference_key("ho14A~2"), reference_key("A1/2")
    ('ho-14-a', 'ho-14-a', 'a-1-2')
    """
    pieces = _PIECES.findall(_TWICE.sub("", fold(reference)))
    return "-".join(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in pieces)


def sub_references(one: str, other: str) -> bool:
    """Return whether two references (as :func:`reference_key` gives them) name parts of one site by an added letter.

    Examples
    --------
    >>> sub_references(reference_key("N594A"), reference_key("N594B")), sub_references("n-594", "n-594-a")
    (True, True)
    >>> sub_references("n-594", "n-595")
    False
    """
    stems = [_SUB.sub("", reference) for reference in (one, other)]
    return one != other and stems[0] == stems[1] != ""


def fold(text: str) -> str:
    """Return text in lower case without accents and apostrophes."""
    letters = text.casefold()
    if letters.isascii():  # as nearly all are: no accents to take off
        return letters.replace("'", "").replace("`", "")
    letters = unicodedata.normalize("NFKD", letters)
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in "'’‘`")


def read_name(text: str | float | None) -> Name | None:
    """Return a site's name and address ready to be compared; ``None`` for a missing one.

    Examples
    --------
    >>> name = read_name("Former St. Mary's House, 12-14 The Road, DY1 4AB")
    >>> sorted(name.marks), name.key, name.postcode
    (['12', '14'], 'fmr st marys hse 12 14 rd', 'dy14ab')
    """
    if not isinstance(text, str):
        return None
    letters = fold(text)
    codes = ["".join(halves) for halves in _POSTCODE.findall(letters)]
    tokens = re.findall(r"[a-z]+|\d+[a-z]?(?![a-z\d])|\d+", _POSTCODE.sub(" ", letters))
    words = []
    for token in tokens:
        short = SHORT.get(token, NUMBERS.get(token, token))
        if short not in IGNORED:
            words.append(short.lstrip("0") or "0")
    if not words:
        return None
    marks = frozenset(word for word in words if word[0].isdigit() or len(word) == 1 or word in POSITIONS)
    key = " ".join(words)
    edged = f" {'  '.join(words)} "
    pairs = frozenset(map(add, edged, edged[1:])) - {"  "}  # two blanks stand between words, within none
    return Name(pairs, marks, key, codes[0] if codes else "")


def floors(text: str | float | None) -> frozenset[str]:
    """Return the floors a text names, so that two conversions in one building are not taken for one site.

    Examples
    --------
    >>> sorted(floors("Change of use of ground and first floor offices"))
    ['first', 'ground']
    """
    letters = fold(text) if isinstance(text, str) else ""
    before = _FLOORS.findall(letters) if "floor" in letters else []
    return frozenset(word for words in before for word in re.findall(r"\w+", words)) & LEVELS


def similarity(one: Name | None, other: Name | None) -> float:
    """Return how similar two names are (0 to 1): the Dice coefficient of their letter pairs; ``nan`` if one is missing.

    Source: L. R. Dice, Measures of the amount of ecologic association between species, Ecology 26 (1945), 297-302.

    Examples
    --------
    >>> similarity(read_name("Mill Lane"), read_name("Mill La"))
    1.0
    >>> similarity(read_name("ab"), read_name("ac"))  # of ' a', 'ab', 'b ' and ' a', 'ac', 'c ' one is shared
    0.3333333333333333
    """
    if one is None or other is None:
        return float("nan")
    if one.key == other.key:
        return 1.0
    return 2 * len(one.pairs & other.pairs) / (len(one.pairs) + len(other.pairs))


def same_marks(one: Name | None, other: Name | None) -> bool:
    """Return whether two names carry the same numbers, letters and words of position, and no two postcodes.

    Examples
    --------
    >>> same_marks(read_name("Plot 6, Mill Road"), read_name("Plot 7, Mill Road"))
    False
    >>> same_marks(read_name("49 to 51 High Street"), read_name("49-51 High St."))
    True
    """
    if one is None or other is None:
        return False
    return one.marks == other.marks and (not one.postcode or not other.postcode or one.postcode == other.postcode)


def disc_radius_m(hectares: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the radius in metres of the disc of equal area; 0 where the area is missing or not above zero.

    Examples
    --------
    >>> disc_radius_m([1.0, np.nan]).round(2).tolist()
    [56.42, 0.0]
    """
    area = np.nan_to_num(np.asarray(hectares, dtype=float), nan=0.0).clip(min=0)
    return np.asarray(np.sqrt(area * M2_PER_HA / np.pi))
