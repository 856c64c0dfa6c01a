"""One page per opportunity of the shortlist: where it lies, why it stands there, and what is known of it."""
