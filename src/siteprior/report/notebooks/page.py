"""A notebook that has run, as one HTML page: nothing of this machine or this moment in it, nothing loaded."""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import SitePriorError
from siteprior.report import style
from siteprior.report.audience import audience_words
from siteprior.report.notebooks.parameters import INJECTED

if TYPE_CHECKING:
    from nbformat import NotebookNode

POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""What the page may load and do: show itself; no script runs, also none of its own."""

_PAGE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}<meta http-equiv="Content-Security-Policy" content="__POLICY__">{% endblock html_head_js %}
{% block jupyter_widgets %}{% endblock jupyter_widgets %}
{% block html_head_js_mathjax %}{% endblock html_head_js_mathjax %}
{% block html_head_js_mermaidjs %}{% endblock html_head_js_mermaidjs %}
{% block html_head_css %}<style>
body.jp-Notebook { max-width: 1100px; margin: 0 auto; padding: 24px; background: __PAPER__; }
.jp-RenderedHTMLCommon img, .jp-RenderedImage img { max-width: 100%; height: auto; }
</style>{% endblock html_head_css %}
{% block body_loop %}<p style="font-size: 0.9rem">__AUDIENCE__</p>{{ super() }}{% endblock body_loop %}
"""

_FETCHED = re.compile(
    r"<(?:script|img|iframe|link|source|video|audio|embed)\b[^>]*?\s(?:src|href)\s*=\s*[\"']?(?:https?:)?//[^\"'>\s]*",
    re.IGNORECASE,
)
_KERNEL_FILE = re.compile(r"[^\s\"'<>()]*ipykernel_\d+[/\\]\d+\.py")


def tidy(notebook: NotebookNode, cwd: Path) -> None:
    """Take out of the outputs what belongs to this machine or this moment: paths, kernel numbers, execution times."""
    places = {str(cwd): ".", str(cwd.resolve()): ".", str(Path(sys.prefix)): "(python)", str(Path.home()): "~"}
    words = [
        (form, short)
        for place, short in sorted(places.items(), key=lambda item: -len(item[0]))
        if len(Path(place).parts) > 1
        for form in dict.fromkeys([place, place.replace("\\", "\\\\"), place.replace("\\", "/")])
    ]

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            for form, short in words:
                value = value.replace(form, short)
            # The pattern takes the square of a long text's length: pictures within HTML are a megabyte without a blank.
            return _KERNEL_FILE.sub("(cell)", value) if "ipykernel_" in value else value
        if isinstance(value, list):
            return [clean(item) for item in value]
        if isinstance(value, dict):
            # Pictures are long and hold no paths.
            return type(value)({k: v if k.startswith("image/p") else clean(v) for k, v in value.items()})
        return value

    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell["outputs"] = clean(cell["outputs"])


WIDGET = "application/vnd.jupyter.widget-view+json"
"""What a live notebook shows in place of the picture of a widget."""


def page(notebook: NotebookNode, title: str) -> str:
    """Return the notebook as one HTML page without the injected cell and without anything fetched from elsewhere.

    Raises
    ------
    SitePriorError
        When an output would load something from the network.
    """
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    notebook.cells = [cell for cell in notebook.cells if cell["id"] != INJECTED]
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for place, cell in enumerate(code_cells, start=1):
        for numbered in (cell, *(output for output in cell["outputs"] if "execution_count" in output)):
            numbered["execution_count"] = place
    notebook.metadata.pop("widgets", None)
    for output in (output for cell in code_cells for output in cell["outputs"]):
        output.get("data", {}).pop(WIDGET, None)  # a page has no kernel: what a widget shows without one is taken
    template = _PAGE.replace("__POLICY__", POLICY).replace("__PAPER__", style.PAGE_COLOURS["paper"])
    # What a notebook shows of a run is the team's own: no package for others holds one.
    template = template.replace("__AUDIENCE__", escape(audience_words({})))
    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"siteprior.html.j2": template})],
        template_file="siteprior.html.j2",
        embed_images=True,
    )
    text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    fetched = _FETCHED.search(text)
    if fetched:
        raise SitePriorError(
            f"{title}: the page would load something from elsewhere ({fetched[0]}); put it into the notebook instead"
        )
    return str(text)
