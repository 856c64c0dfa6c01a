"""The check of several tables at once, for what is drawn or written of more than one."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema import Table, check


def table_faults(
    table: pd.DataFrame, declared: Table, *, name: str, needs: Iterable[str] | None = None, may_have: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return what :func:`siteprior.core.schema.check` refuses a table for; nothing where it is right.

    Examples
    --------
    >>> from siteprior.core.schema import POSTCODES
    >>> table_faults(pd.DataFrame(index=pd.Index([], name="postcode")), POSTCODES, name="postcodes", needs=["easting"])
    ('postcodes: lacks the columns easting; it has ',)
    """
    try:
        check(table, declared, name=name, needs=needs, may_have=may_have)
    except InputError as fault:
        return fault.faults
    return ()
