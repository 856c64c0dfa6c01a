"""Weights of pairwise judgements: the principal eigenvector of the analytic hierarchy process, and its consistency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import short_repr
from siteprior.project.gates_weights import is_number
from siteprior.ranking.scoring import DECIMALS


@short_repr
class PairwiseWeights(NamedTuple):
    """Weights of pairwise judgements (AHP), and how consistent these are.

    Attributes
    ----------
    weights
        Weight per criterion, which sum to 1: the principal eigenvector.
    largest_eigenvalue
        λmax; the number of criteria where all judgements agree.
    consistency_index
        CI = (λmax − n) / (n − 1).
    consistency_ratio
        CR = CI / random index; missing where the table has none for so many criteria.
    random_index
        The random index taken.
    table
        The name of its table.
    warning
        What to look at again; empty where nothing is.

    Examples
    --------
    >>> ahp_weights({("near", "poor"): 9, ("poor", "large"): 9, ("large", "near"): 2}).warning
    'the consistency ratio is 3.13, at least 0.10: look at the judgements again'
    """

    weights: dict[str, float]
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    random_index: float
    table: str
    warning: str


def ahp_weights(judgements: Mapping[tuple[str, str], float], *, random_index: str = "saaty") -> PairwiseWeights:
    """Return weights (shares of 1) from pairwise judgements by the principal eigenvector, with their consistency (AHP).

    Judgements of 0.10 and more in consistency ratio are stated as a warning in the result, and refuse nothing.

    Parameters
    ----------
    judgements
        ``{("near", "poor"): 3}``: near matters 3 times as much as poor. Each pair once, in either order.
    random_index
        The table of random indices: ``saaty`` (Saaty 1980; to 10 criteria) or ``simulated`` (a later simulation; to 8),
        both of ``parameters/methods.toml``.

    Raises
    ------
    InputError
        When a pair is none, stands in both orders or is missing, or a ratio is no number above 0; every fault at once.

    Source
    ------
    Saaty 1980, The Analytic Hierarchy Process.

    Examples
    --------
    >>> done = ahp_weights({("near", "poor"): 3, ("near", "large"): 5, ("poor", "large"): 2})
    >>> {name: round(weight, 6) for name, weight in done.weights.items()}, round(done.consistency_ratio, 6)
    ({'near': 0.648329, 'poor': 0.229651, 'large': 0.12202}, 0.003185)
    """
    tables = load_parameters("methods").table("random_index")
    if random_index not in tables:
        raise InputError(unknown("table of random indices", str(random_index), tables))
    names, matrix = _judged(judgements)
    count = len(names)
    numbers, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(numbers.real))
    vector = np.abs(vectors[:, place].real)
    weights = dict(zip(names, map(float, vector / vector.sum()), strict=True))
    largest = float(numbers[place].real)
    index = max(0.0, (largest - count) / (count - 1))
    indices = [float(number) for number in tables.numbers(random_index)]
    taken = indices[count - 1] if count <= len(indices) else np.nan
    ratio = 0.0 if taken == 0 else index / taken
    limit = float(load_parameters("methods").number("consistency"))
    warning = ""
    if np.isnan(taken):
        warning = f"table {random_index} has no random index of {count} criteria: the consistency ratio is not known"
    elif round(ratio, DECIMALS) >= limit:
        warning = f"the consistency ratio is {ratio:.2f}, at least {limit:.2f}: look at the judgements again"
    return PairwiseWeights(weights, largest, index, ratio, taken, random_index, warning)


def _judged(
    judgements: Mapping[tuple[str, str], float],
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return the criteria and the matrix of judgements, or refuse them with every fault at once."""
    stated = mapping_of(judgements, name="judgements", of="(one, other) → ratio")
    pairs: dict[tuple[str, str], float] = {}
    faults = []
    for pair, ratio in stated.items():
        if (
            not isinstance(pair, tuple)
            or len(pair) != 2
            or not all(isinstance(name, str) for name in pair)
            or pair[0] == pair[1]
        ):
            faults.append(f"judgements: needs pairs of two criteria, not {pair!r}")
        elif not is_number(ratio) or ratio <= 0:
            faults.append(f"judgements: {pair!r} needs a ratio above 0, not {ratio!r}")
        elif (pair[1], pair[0]) in pairs:
            faults.append(f"judgements: {pair!r} stands in both orders; keep one")
        else:
            pairs[pair] = float(ratio)
    names = list(dict.fromkeys(str(name) for pair in pairs for name in pair))
    matrix = np.ones((len(names), len(names)))
    for row, one in enumerate(names):
        for column, other in enumerate(names[:row]):
            ratio = pairs.get((one, other)) or 1 / pairs.get((other, one), np.nan)
            matrix[row, column], matrix[column, row] = ratio, 1 / ratio
            if np.isnan(ratio):
                faults.append(f"judgements: lacks the pair ('{other}', '{one}')")
    if not names and not faults:
        faults.append("judgements: none given")
    if faults:
        raise InputError(*faults)
    return names, matrix
