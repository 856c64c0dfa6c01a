"""Gates first, preferences after: who may be ranked, on which criteria, with what score, and how firm the rank is."""
