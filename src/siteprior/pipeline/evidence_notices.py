"""What a run states at its end of published evidence: of which layers it is not known where they looked."""

from __future__ import annotations

from collections.abc import Iterator

from siteprior.pipeline.result import NOT_YET, Result
from siteprior.project.layers import VectorLayer
from siteprior.sources.registry import EVIDENCE


def evidence_notices(result: Result) -> Iterator[str]:
    """Yield which evidence states no coverage: sites it does not meet stay without a value of it."""
    if result.registered is NOT_YET:
        return
    read = zip(result.registered.specs, result.registered.layers, strict=True)
    layers = {spec.name: layer for spec, layer in read if isinstance(layer, VectorLayer)}
    for name, evidence in EVIDENCE.items():
        counted = [spec.name for spec in evidence.specs if spec.measure in ("share", "within", "count")]
        own = {column: layers[column] for column in counted if column in layers}
        unstated = {column: layer for column, layer in own.items() if layer.extent is None}
        if not unstated:
            continue
        files = ", ".join(dict.fromkeys(layer.file for layer in unstated.values()))
        some = (
            ""
            if len(unstated) == len(own)
            else " for a part of it: its files hold no such feature, and do not state that they were made of them"
        )
        yield (
            f"{name} ({files}): it is not stated where it looked{some}, so a site it does not meet has no value of "
            f'{", ".join(unstated)}, and not none; state coverage: "England", a box [west, south, east, north], a file '
            "of polygons, or ONS codes of councils"
        )
