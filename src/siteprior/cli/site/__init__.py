"""The documentation site: pages made from what the code declares, the build, and the built copy that ships."""
