"""The site of these documents, for Sphinx: ``siteprior docs --build`` collects the pages and builds it.

Pages that state what stands in the code (columns, gates, numbers, commands, Python names) are written at that moment,
and the notebooks are executed, by ``siteprior.cli.site``. Nothing on the site is loaded from a network: formulas are
MathML, written while building, and scripts, fonts and search come with the theme.
"""

from __future__ import annotations

import warnings
from importlib import metadata

from docutils.utils.math import latex2mathml

# autodoc reads every public name; those of the last release warn
warnings.filterwarnings("ignore", category=FutureWarning)

project = "siteprior"
author = "the siteprior project"
release = metadata.version("siteprior")
html_title = "siteprior"
language = "en"

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["outputs"]
templates_path = []
html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["siteprior.css"]
html_show_search_summary = False  # it would fetch pages, which browsers refuse of files
toc_object_entries = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "show_toc_level": 2,
    "navigation_depth": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_end": [],
    "pygments_light_style": "tango",
}
html_context = {"default_mode": "light"}
project_copyright = "the siteprior project; MIT licence"

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
myst_dmath_allow_labels = False
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 240
nb_ipywidgets_js = {}
nb_merge_streams = True

autosummary_generate = False
autodoc_typehints = "none"
numpydoc_show_class_members = False
html_math_renderer = "mathml"


def as_mathml(text: str, *, block: bool) -> str:
    """Write a formula of LaTeX as MathML, which browsers draw by themselves."""
    tree = latex2mathml.tex2mathml(text, as_block=block)
    return str(tree)


def visit_math(translator, node) -> None:
    """Write a formula within a line."""
    from docutils import nodes

    translator.body.append(as_mathml(node.astext(), block=False))
    raise nodes.SkipNode


def visit_displaymath(translator, node) -> None:
    """Write a formula of its own lines."""
    from docutils import nodes

    translator.body.append(f'<div class="math">{as_mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def setup(app) -> None:
    """Have formulas written as MathML."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
