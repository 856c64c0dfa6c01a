"""The vocabulary of brownfield registers: the values each field allows and every variant met, declared once.

Texts are compared in lower case with punctuation and slugs' hyphens as spaces. The allowed words are those of the
``brownfield-land`` specification; the variants are those met in 592 registers of 2017 to 2020. Two corrections that
public pipelines make are not made here: "in public ownership" and "local authority" mean owned by a public authority.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from siteprior.core.schema import HECTARES_BASES, OWNERSHIP, PERMISSION_TYPE, PLANNING_STATUS

PUBLIC, PRIVATE, MIXED, UNKNOWN = OWNERSHIP
GRANTED, NOT_GRANTED, PENDING = PLANNING_STATUS
FULL, OUTLINE, RESERVED, PRINCIPLE, TECHNICAL, ORDER, OTHER = PERMISSION_TYPE
STATED, MEASURED = HECTARES_BASES
"""What ``hectares`` are: an area as the source states it, or that of the polygon a site is given as."""

OWNERSHIP_WORDS = {
    **{word: word for word in OWNERSHIP},
    "not owned by public authority": PRIVATE,
    "not owned by apublic authority": PRIVATE,
    "notownedbyapublicauthority": PRIVATE,
    "not in public ownership": PRIVATE,
    "private": PRIVATE,
    "private ownership": PRIVATE,
    "private individual": PRIVATE,
    "private company": PRIVATE,
    "privately owned": PRIVATE,
    "owned by public authority": PUBLIC,
    "ownedbyapublicauthority": PUBLIC,
    "in public ownership": PUBLIC,
    "public ownership": PUBLIC,
    "public authority": PUBLIC,
    "public": PUBLIC,
    "local authority": PUBLIC,
    "council": PUBLIC,
    "council owned": PUBLIC,
    "mixed": MIXED,
    "mixed owner": MIXED,
    "multiple ownership": MIXED,
    "partly owned by a public authority": MIXED,
    "owned by a public authority part": MIXED,
    "unknown": UNKNOWN,
    "not known": UNKNOWN,
    "unknown owner": UNKNOWN,
    "ownership unknown": UNKNOWN,
    "ownership not known": UNKNOWN,
    "owner unknown": UNKNOWN,
    "unkown ownership": UNKNOWN,
    "unknown ownerhip": UNKNOWN,
    "unknown owership": UNKNOWN,
}
"""A public body named as the owner (a council, the Ministry of Defence) is found by :data:`PUBLIC_BODY`."""

PUBLIC_BODY = re.compile(
    r"^(public |owned by (a )?public authority |owned by )?(the )?[a-z &']*"
    r"\b(council|london borough of [a-z]+|highways? services?|ministry of [a-z]+|homes england|network rail|nhs trust)$"
)

STATUS_WORDS = {
    **{word: word for word in PLANNING_STATUS},
    "permission": GRANTED,
    "permission granted": GRANTED,
    "planning permission granted": GRANTED,
    "approved": GRANTED,
    "granted": GRANTED,
    "consented": GRANTED,
    "consent": GRANTED,
    "consent granted": GRANTED,
    "with consent": GRANTED,
    "not consented": NOT_GRANTED,
    "no consent": NOT_GRANTED,
    "unconsented": NOT_GRANTED,
    "without consent": NOT_GRANTED,
    "permission not granted": NOT_GRANTED,
    "not granted": NOT_GRANTED,
    "not approved": NOT_GRANTED,
    "permission refused": NOT_GRANTED,
    "refused": NOT_GRANTED,
    "no permissioned": NOT_GRANTED,
    "unpermissioned": NOT_GRANTED,
    "no permission": NOT_GRANTED,
    "not permissed": NOT_GRANTED,
    "not permissioned yet": NOT_GRANTED,
    "lp site not permissioned": NOT_GRANTED,
    "not in planning system": NOT_GRANTED,
    "no application": NOT_GRANTED,
    "pending": PENDING,
    "decision pending": PENDING,
    "pending permission": PENDING,
    "pendingdecision": PENDING,
    "pending decision appeal lodged": PENDING,
}

TYPE_WORDS = {
    **{word: word for word in PERMISSION_TYPE},
    "full": FULL,
    "ful": FULL,
    "full planning": FULL,
    "full permission": FULL,
    "full consent": FULL,
    "full planning consent": FULL,
    "with full permission": FULL,
    "full planning permis": FULL,
    "full planning application": FULL,
    "fulling planning permission": FULL,
    "outline": OUTLINE,
    "out": OUTLINE,
    "outline planning": OUTLINE,
    "outline permission": OUTLINE,
    "outline consent": OUTLINE,
    "outline planning consent": OUTLINE,
    "with outline permission": OUTLINE,
    "outline planning per": OUTLINE,
    "outline planning app": OUTLINE,
    "outline planning application": OUTLINE,
    "ouline permission": OUTLINE,
    "outline reg 3 planning permission": OUTLINE,
    "reserved matters": RESERVED,
    "reserved matters app": RESERVED,
    "reserved matters permission": RESERVED,
    "reserved matters application": RESERVED,
    "reserved matters approval permission approval": RESERVED,
    "reserve matters": RESERVED,
    "reserve mattes permi": RESERVED,
    "rem": RESERVED,
    "pip": PRINCIPLE,
    "tdc": TECHNICAL,
    "planning granted under an order": ORDER,
    "prior approval": ORDER,
    "prior notification": ORDER,
    "prior approval approved change of use": ORDER,
    "determination for permitted development": ORDER,
    "permitted development": ORDER,
    "ldo": ORDER,
    "gpdo": ORDER,
    "gdpo": ORDER,
    "other pdo": OTHER,
    "rm": RESERVED,
    "otther": OTHER,
    "listed building consent": OTHER,
    "listed building": OTHER,
    "s73 minor material amendment": OTHER,
    "other s73 mma": OTHER,
    "hybrid full outline": OTHER,
    "part outline part fu": OTHER,
    "outline planning permission full planning permission": OTHER,
    "full planning permission reserved matters": OTHER,
    "full planning permission prior approval": OTHER,
    "prior approval and full planning": OTHER,
    "other & full planning permission": OTHER,
}
"""Prior approval is permission granted under an order (the General Permitted Development Order)."""

TYPE_START = ((re.compile(r"^prior approval class [a-z]+( |$)"), ORDER),)

_TRAILING_DATE = re.compile(r"( \d{1,4}){3}$")

NOT_A_TYPE = {"planning permission", "permissioned", "not permissioned", "pending", "pending decision"}
"""Words of other fields, or too general to say which permission; never read as a misspelt type."""

FLAG_WORDS = {
    "yes": "yes", "y": "yes", "true": "yes", "t": "yes", "1": "yes", "yes part": "yes",
    "no": "no", "n": "no", "false": "no", "f": "no", "0": "no",
}  # fmt: skip

DELIVERABLE_WORDS = {
    **FLAG_WORDS, "deliverable": "yes", "the land is deliverable": "yes", "not deliverable": "no",
}  # fmt: skip
""""Developable" is not here: in planning it means later than the five years that "deliverable" stands for."""

UNDER_CONSTRUCTION, COMPLETED = "under construction", "completed"

STAGE_WORDS = {
    "under construction": UNDER_CONSTRUCTION,
    "completing": UNDER_CONSTRUCTION,
    "started": UNDER_CONSTRUCTION,
    "commenced": UNDER_CONSTRUCTION,
    "completed": COMPLETED,
    "complete": COMPLETED,
    "built": COMPLETED,
    "development complete": COMPLETED,
    "site complete": COMPLETED,
    "site is built": COMPLETED,
}
"""The building stage of a status field that holds only this; in free text most of these words can mean other things."""

COMPLETED_PHRASES = (
    re.compile(r"^completed? (during )?\d{2,4}( \d{1,4})?$"),
    re.compile(
        r"\b(development|developed|site|all units|all homes|all dwellings|construction) "
        r"((has|have) been |(is|are|was|were) (now |all )?|now )?(fully )?completed?\b(?! (by|in|expected|erection))"
    ),
    re.compile(r"^site built (out )?in [a-z]+ \d{4}$"),
)
NOT_WHOLE = re.compile(r"\b(part|partly|partially|some|phase|phases|remaining|not|once|when|if|until|[0-9]+ of)\b")
BUILDING_PHRASE = re.compile(r"((?:\S+ ){0,6})under construction\b")
NOT_THIS_SITE = re.compile(
    r"\b(not|never|yet|if|until|unless|once|when|adjacent|adjoining|nearby|next|neighbouring|road|extension)\b"
)
"""Phrases that can only mean that the site itself is being or has been built."""

TYPING_ERROR = 0.86
"""How alike (0 to 1, difflib ratio) a longer word must be to a declared one to be read as it."""

_NEGATED = re.compile(r"^(not|non|un(?!k))|\b(not|non|no|never|without)\b")
"""A word that turns the meaning round; un- only at the start, for ``granted unconditionally`` is granted."""

_NO_LONGER_OR_NOT_ALL = re.compile(
    r"\b(not|no|non|never|sold|former|formerly|previously|ex|disposed|leased|adjoining|adjacent|private|privately)\b"
)
_PARTLY = re.compile(r"^(part|partly|partially) (owned by )?")


def word_key(text: str) -> str:
    """Return text in lower case with punctuation, quotes, hyphens and underscores as single spaces.

    Examples
    --------
    >>> word_key(" Not-owned_by a public Authority. ")
    'not owned by a public authority'
    """
    return " ".join(re.sub(r"[^a-z0-9&]+", " ", text.lower()).split())


def read_word(text: str, words: dict[str, str], *, never: set[str] | frozenset[str] = frozenset()) -> str | None:
    """Return what a word means among declared ones, or ``None``; a typing error is forgiven, a lost "not" never is.

    Examples
    --------
    >>> read_word("Not permisioned", STATUS_WORDS), read_word("rec", STATUS_WORDS)
    ('not permissioned', None)
    """
    word = word_key(text)
    if "?" in text:  # whoever wrote it was not sure
        return None
    if word in words:
        return words[word]
    if len(word) < 6 or word in never:
        return None
    ratios = [
        (SequenceMatcher(None, word, declared).ratio(), declared)
        for declared in words
        if len(declared) >= 6 and bool(_NEGATED.search(declared)) == bool(_NEGATED.search(word))
    ]
    ratio, nearest = max(ratios, default=(0.0, ""))
    return words[nearest] if ratio >= TYPING_ERROR else None


def read_ownership(text: str) -> str | None:
    """Return the ownership a text states, or ``None``; a public body named alone as owner counts as public.

    Examples
    --------
    >>> read_ownership("Local Authority"), read_ownership("Kent County Council")
    ('owned by a public authority', 'owned by a public authority')
    >>> read_ownership("local authority, unknown"), read_ownership("ownership unknown")
    ('unknown ownership', 'unknown ownership')
    """
    ownership = _of_one(text)
    return _of_several(text) if ownership is None else ownership


def _of_one(text: str) -> str | None:
    """Return the ownership that one owner makes, or ``None``; a body that is not or no longer the owner makes none."""
    word = word_key(text)
    ownership = read_word(text, OWNERSHIP_WORDS)
    if ownership is not None or "?" in text or _NO_LONGER_OR_NOT_ALL.search(word):
        return ownership
    part = _PARTLY.sub("", word)
    if PUBLIC_BODY.match(part) or read_word(part, OWNERSHIP_WORDS) == PUBLIC:
        return PUBLIC if part == word else MIXED
    return None


def _of_several(text: str) -> str | None:
    """Return the ownership of a list of owners: mixed, or unknown where one of them is; ``None`` where one has no word.

    A site of which a part is of unknown owners is not known to be public, and not known to be mixed.
    """
    owners = [_of_one(part) for part in re.split(r"[,;/+&]| and ", text) if part.strip()]
    if len(owners) < 2 or None in owners:
        return None
    if UNKNOWN in owners:
        return UNKNOWN
    return owners[0] if len(set(owners)) == 1 else MIXED


def read_type(text: str) -> str | None:
    """Return the kind of permission a text states, or ``None``.

    Examples
    --------
    >>> read_type("Full"), read_type("Prior approval - Class O"), read_type("planning permission")
    ('full planning permission', 'planning permission granted under an order', None)
    """
    word = word_key(text)
    for pattern, meaning in TYPE_START:
        if pattern.match(word):
            return meaning
    word = _TRAILING_DATE.sub("", word)
    return read_word(word, TYPE_WORDS, never=NOT_A_TYPE)


def read_stage(text: str, *, free: bool) -> str | None:
    """Return the building stage a text states, or ``None``.

    Parameters
    ----------
    text
        The field's text.
    free
        Whether it is free text (notes), where only whole phrases count.

    Examples
    --------
    >>> read_stage("residential development is under construction on site", free=True)
    'under construction'
    >>> read_stage("planning permission expired", free=True), read_stage("Construction of 5 houses", free=True)
    (None, None)
    """
    word = word_key(text)
    if word in STAGE_WORDS and (not free or word == STAGE_WORDS[word]):
        return STAGE_WORDS[word]
    if "complet" not in word and "built" not in word and "construction" not in word:
        return None
    if any(not NOT_WHOLE.search(word) and pattern.search(word) for pattern in COMPLETED_PHRASES):
        return COMPLETED
    return UNDER_CONSTRUCTION if any(not NOT_THIS_SITE.search(m[1]) for m in BUILDING_PHRASE.finditer(word)) else None
