"""A cluster in this process, for tests of what is cut into parts: whatever travels is packed and unpacked."""

from __future__ import annotations

import pickle


class Packed:
    """Does each part after a journey through pickle, and counts them."""

    def __init__(self):
        self.parts = 0

    def map(self, work, parts, shared):
        for part in parts:
            self.parts += 1
            asked = pickle.loads(pickle.dumps((work, part, shared)))
            yield pickle.loads(pickle.dumps(asked[0](*asked[1:])))
