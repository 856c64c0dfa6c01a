"""Arrays kept under a seal: the same again to the byte, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from siteprior.core.errors import OutputError
from siteprior.core.sealed_arrays import load_arrays, store_arrays

ARRAYS = {"numbers": np.arange(5.0), "text": np.frombuffer(b"abc", dtype=np.uint8), "none": np.zeros((0, 2))}


def test_arrays_come_back_as_they_were(tmp_path):
    store_arrays(tmp_path / "a.npz", ARRAYS)
    back = load_arrays(tmp_path / "a.npz")
    assert list(back) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert (back[name].dtype, back[name].shape, back[name].tobytes()) == (array.dtype, array.shape, array.tobytes())
    first = (tmp_path / "a.npz").read_bytes()
    store_arrays(tmp_path / "a.npz", back)
    assert (tmp_path / "a.npz").read_bytes() == first


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other", "gone", "unsealed", "resealed"])
def test_what_is_not_as_it_was_written_is_nothing(tmp_path, damage):
    path = tmp_path / "a.npz"
    store_arrays(path, ARRAYS)
    data = path.read_bytes()
    at = data.index(ARRAYS["numbers"].tobytes())
    if damage == "gone":
        path.unlink()
    elif damage == "unsealed":
        np.savez(path, **ARRAYS)
    elif damage == "resealed":
        with np.load(path) as opened:
            np.savez(path, **(dict(opened) | {"numbers": ARRAYS["numbers"] + 1}))
    else:
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        path.write_bytes({"cut": data[:-40], "bit": flipped, "empty": b"", "other": b"PK\x03\x04" * 9}[damage])
    assert load_arrays(path) is None


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        store_arrays(tmp_path / "file" / "a.npz", ARRAYS)
