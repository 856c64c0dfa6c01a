"""What `[assumptions]` needs of the layers it names: a use the layer's measure cannot serve is refused at load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from siteprior.project.faults import Fault
from siteprior.project.toml_lines import Path


class LayerUse(NamedTuple):
    """One use of a layer: the key that names it, the layer, and what its values are needed as."""

    at: Path
    layer: str
    needs: str


FLAGS, AMOUNTS, SHARES = "yes or no", "amounts", "shares of the site, 0–1"
"""What values are needed as: words yes and no, numbers of a unit of their own, or shares."""

FITTING = {
    FLAGS: ("within", "value with text = true"),
    AMOUNTS: ("value", "mean", "max"),
    SHARES: ("share", "share_above", "value", "mean"),
}
"""The measures that can give such values; whether those of a column do, its file shows."""


def layer_uses(assumptions: Mapping[str, object]) -> Iterator[LayerUse]:
    """Yield the layers the table ``[assumptions]`` names, and what each is needed for.

    Parameters
    ----------
    assumptions
        The table as it was parsed, faulty or not.

    Examples
    --------
    >>> [(use.layer, use.needs) for use in layer_uses({"centres": "towns", "former_use_layers": {"B": "works"}})]
    [('towns', 'yes or no'), ('works', 'shares of the site, 0–1')]
    """
    for name, needs in (("centres", FLAGS), ("incomes", AMOUNTS)):
        layer = assumptions.get(name)
        if isinstance(layer, str):
            yield LayerUse(("assumptions", name), layer, needs)
    former = assumptions.get("former_use_layers")
    for letter, layer in former.items() if isinstance(former, Mapping) else ():
        if isinstance(layer, str):
            yield LayerUse(("assumptions", "former_use_layers", str(letter)), layer, SHARES)


def use_faults(stated: Mapping[str, object]) -> list[Fault]:
    """Return which layers ``[assumptions]`` names for what they do not measure.

    Parameters
    ----------
    stated
        The project file as it was parsed, faulty or not.

    Examples
    --------
    >>> near = {"name": "towns", "kind": "vector", "measure": "nearest"}
    >>> [fault] = use_faults({"layers": [near], "assumptions": {"centres": "towns"}})
    >>> fault.sentence()[:60]
    "[assumptions] centres: needs yes or no, but layer 'towns' me"
    """
    assumptions, listed = stated.get("assumptions"), stated.get("layers")
    layers = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    measures = {
        str(entry.get("name")): (str(entry.get("measure")), entry.get("text") is True)
        for entry in layers
        if isinstance(entry.get("measure"), str)
    }
    faults = []
    for use in layer_uses(assumptions) if isinstance(assumptions, Mapping) else ():
        measure, words = measures.get(use.layer, ("", False))
        measured = f"{measure} with text = true" if words else measure
        if measured and measured not in FITTING[use.needs]:
            text = (
                f"needs {use.needs}, but layer '{use.layer}' measures {measured}; "
                f"name a layer that measures {', '.join(FITTING[use.needs])}"
            )
            faults.append(Fault(use.at, text))
    return faults
