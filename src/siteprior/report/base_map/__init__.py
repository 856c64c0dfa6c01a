"""The user's own tiles under the report's map: read, cut to the study area, and laid into the page."""
