"""Which ways a walker may use, by the words OpenStreetMap has for it (``parameters/streets.toml``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters

TAGS = ("highway", "foot", "access", "motorroad", "wheelchair", "ramp:wheelchair")
"""The keys that decide."""

WALKED, PRIVATE, CLOSED = "walked", "private", "closed to walkers"
NO_STREET, UNKNOWN = "no street for walkers", "a class of street that is in no list"
"""The verdicts."""


@cache
def words(name: str) -> frozenset[str]:
    """Return one list of words of the parameters ``streets``."""
    return frozenset(load_parameters("streets").texts(name))


def judge(tags: Mapping[str, str]) -> str:
    """Return whether a walker may use a way, by its tags; ``foot`` outweighs ``access``.

    One of a class in no list is :data:`UNKNOWN` unless its access closes it.

    Parameters
    ----------
    tags
        The way's tags; those of :data:`TAGS` are looked at. A value may list several words, parted by ``;``.

    Returns
    -------
    str
        :data:`WALKED`, :data:`PRIVATE`, :data:`CLOSED`, :data:`NO_STREET` or :data:`UNKNOWN`.

    Examples
    --------
    >>> judge({"highway": "cycleway"}), judge({"highway": "service", "access": "private"})
    ('walked', 'private')
    >>> judge({"highway": "service", "access": "private", "foot": "yes"}), judge({"highway": "motorway"})
    ('walked', 'no street for walkers')
    """
    highway = tags.get("highway") or ""
    if highway in words("not_walked"):
        return NO_STREET
    if highway in words("walked_if_allowed"):
        return WALKED if _verdict(tags.get("foot") or "") == WALKED else NO_STREET
    access = judge_access(tags)
    return UNKNOWN if access == WALKED and highway not in words("walked") else access


def judge_access(tags: Mapping[str, str]) -> str:
    """Return whether a walker may use a way whose class is not asked for: by ``foot``, else by ``access``.

    Examples
    --------
    >>> judge_access({"access": "private"}), judge_access({"access": "no", "foot": "yes"}), judge_access({})
    ('private', 'walked', 'walked')
    """
    foot = _verdict(tags.get("foot") or "")
    if tags.get("motorroad") == "yes":
        return WALKED if foot == WALKED else NO_STREET
    return foot or _verdict(tags.get("access") or "") or WALKED


def stepped(tags: Mapping[str, str]) -> bool:
    """Return whether a way is closed to a step-free walker: steps without a ramp, or ``wheelchair=no``.

    Examples
    --------
    >>> stepped({"highway": "steps"}), stepped({"highway": "steps", "ramp:wheelchair": "yes"})
    (True, False)
    >>> stepped({"highway": "path", "wheelchair": "no"}), stepped({"highway": "path", "wheelchair": "limited"})
    (True, False)
    """
    if tags.get("wheelchair") in words("not_wheelchair"):
        return True
    return tags.get("highway") in words("steps") and "yes" not in (tags.get("wheelchair"), tags.get("ramp:wheelchair"))


def meaning(tag: str, value: str) -> str:
    """Return what a value of a tag comes to: values of one meaning decide alike.

    Examples
    --------
    >>> meaning("access", "private"), meaning("access", "moon"), meaning("highway", "moon")
    ('private', '', '')
    """
    if tag in ("foot", "access"):
        return _verdict(value)
    known = [words(name) for name in ("walked", "walked_if_allowed", "not_walked", "steps", "not_wheelchair")]
    return value if value == "yes" or any(value in each for each in known) else ""


def log_ways(log: IssueLog, counts: Counter[tuple[str, str]], walked: set[str], *, what: str) -> None:
    """Log how many ways were left out and why, and those taken although they are private or of an unknown class.

    Parameters
    ----------
    log
        Takes one row per reason.
    counts
        How many ways there are of each verdict and class of street.
    walked
        The verdicts whose ways are taken.
    what
        What is counted: ``"ways"``, ``"lines"``, ``"edges"``.

    Examples
    --------
    >>> log = IssueLog("streets.osm")
    >>> log_ways(log, Counter({("private", "service"): 2, ("walked", "path"): 5}), {"walked"}, what="ways")
    >>> log.table()[["field", "value", "action"]].iloc[0].tolist()
    ['access', '2 ways: service 2', 'left out: private']
    """
    for verdict in (PRIVATE, CLOSED, NO_STREET, UNKNOWN):
        classes = {highway: count for (each, highway), count in sorted(counts.items()) if each == verdict}
        if classes:
            field = "highway" if verdict in (NO_STREET, UNKNOWN) else "access"
            listed = ", ".join(f"{highway or '(none)'} {count:,}" for highway, count in classes.items())
            done = "walked" if verdict in walked else "left out"
            log.add(
                "patch", field=field, value=f"{sum(classes.values()):,} {what}: {listed}", action=f"{done}: {verdict}"
            )


def _verdict(value: str) -> str:
    """Return the verdict of one ``foot`` or ``access`` value, the most open of several; blank where it says nothing."""
    values = {word.strip() for word in value.split(";")}
    for name, verdict in (("open", WALKED), ("private", PRIVATE), ("closed", CLOSED)):
        if values & words(name):
            return verdict
    return ""
