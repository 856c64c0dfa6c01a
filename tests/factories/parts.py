"""A cluster in this process, for tests of what is cut into parts: whatever travels is packed and unpacked."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

from siteprior.core.cluster import Cluster


class Packed(Cluster):
    """Does each part after a journey through pickle, and counts them."""

    def __init__(self):
        self.parts, self.client = 0, SimpleNamespace(status="running")

    def map(self, work, parts, shared):
        for part in parts:
            self.parts += 1
            asked = pickle.loads(pickle.dumps((work, part, shared)))
            yield pickle.loads(pickle.dumps(asked[0](*asked[1:])))
