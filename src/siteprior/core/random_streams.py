"""Draws that stay the same whatever else is drawn: each label has a stream of its own, from the label and the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from siteprior.core.errors import InputError

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
    (np.uint64(31), np.uint64(1)),
)


LARGEST_SEED = 2**32 - 1
"""Seeds of scikit-learn and numpy are whole numbers up to this."""


_BITS_SHOWN = 200
"""A longer number is not written out; Python refuses to, at some thousands of digits."""


def check_seed(seed: int) -> None:
    """Refuse a seed that is no whole number from 0 to :data:`LARGEST_SEED`.

    Raises
    ------
    InputError
        Naming what was given.

    Examples
    --------
    >>> check_seed(-1)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: seed: needs a whole number from 0 to 4294967295, not -1
    """
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed <= LARGEST_SEED:
        long = isinstance(seed, int) and seed.bit_length() > _BITS_SHOWN
        given = f"one of {seed.bit_length()} bits" if long else str(seed)
        raise InputError(f"seed: needs a whole number from 0 to {LARGEST_SEED}, not {given}")


def seed_keys(labels: Iterable[object], *, seed: int, of: str) -> Keys:
    """Return one key per label, from the label, the seed and what is drawn: the start of a stream of its own.

    Examples
    --------
    >>> a, b = seed_keys(["a", "b"], seed=1, of="capacity")
    >>> bool(a == seed_keys(["b", "a"], seed=1, of="capacity")[1]), bool(a == b)
    (True, False)
    """
    digests = (hashlib.blake2b(f"{seed}:{of}:{label}".encode(), digest_size=8).digest() for label in labels)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def uniform(keys: Keys, draw: int) -> Floats:
    """Return the ``draw``-th number of each key's stream, uniform from 0 to below 1.

    The generator is SplitMix64 (Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*), jumped
    to its ``draw``-th number: no draw depends on another, nor on which other keys there are.
    """
    mixed = keys + _STEP * np.array([draw + 1], dtype=np.uint64)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    return np.asarray((mixed >> np.uint64(11)) * 2.0**-53, dtype=np.float64)
