"""Names of files made from names in the data: the same on every system, none that leaves its folder."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 80
"""Letters of a name that stand in a file's: Windows takes 260 in a path with all its folders, other systems 255 bytes."""

DOSSIERS = "dossiers"
"""The folder of the dossiers in a run's folder."""


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return each name as part of a file's name: letters, figures and underscores, no two alike.

    Where several would have one name, or one has none or is cut for its length, each of these ends with figures made
    of the name itself, so that their order changes nothing.

    Examples
    --------
    >>> file_names(["Metro Line 1 (Birmingham-Wolverhampton)"])
    {'Metro Line 1 (Birmingham-Wolverhampton)': 'metro_line_1_birmingham_wolverhampton'}
    >>> file_names(["Line A", "Line a"])
    {'Line A': 'line_a_535fbda4', 'Line a': 'line_a_f4704c39'}
    >>> len(file_names(["R" * 300])["R" * 300])
    89
    """
    plain = {name: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names}
    many = Counter(plain.values())
    own = {name: hashlib.sha256(name.encode()).hexdigest()[:8] for name in plain}
    return {
        name: words if 0 < len(words) <= LONGEST and many[words] == 1 else f"{words[:LONGEST]}_{own[name]}".strip("_")
        for name, words in plain.items()
    }


def dossier_files(sites: Iterable[str]) -> dict[str, str]:
    """Return where the dossier of each shortlisted site stands in a run's folder, by ``site_id``.

    Examples
    --------
    >>> dossier_files(["E08000025:S112"])
    {'E08000025:S112': 'dossiers/e08000025_s112.html'}
    """
    return {site: f"{DOSSIERS}/{name}.html" for site, name in file_names(sites).items()}
