"""Downloads of what a project names an address for, verified; nothing else ever downloads."""
