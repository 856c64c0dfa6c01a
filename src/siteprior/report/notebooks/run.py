"""Notebooks with parameters, run from top to bottom and published as pages that open without a network.

:mod:`siteprior.report.notebooks.parameters` sets the parameters, :mod:`siteprior.report.notebooks.page` makes the page.
The same notebook, parameters and inputs give the same bytes: no times are recorded, the kernel's hashes are fixed, and
paths of the machine are taken out of what the cells show.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import OutputError, SitePriorError
from siteprior.core.files import shipped, whole_file, write_text
from siteprior.report.notebooks.page import page, tidy
from siteprior.report.notebooks.parameters import INJECTED, prepared

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode


def execute_notebook(
    source: Path | str,
    target_html: Path | str,
    *,
    parameters: Mapping[str, Any],
    cwd: Path | str,
    timeout_s: int = 600,
) -> Path:
    """Run a notebook with parameters and write it, with its outputs, as one HTML page that opens offline.

    Parameters
    ----------
    source
        The notebook; the names its cell tagged ``parameters`` assigns are the parameters it has.
    target_html
        The page to write, whole or not at all.
    parameters
        Values to set after that cell: text, numbers, yes/no, ``None``, lists and dicts of them, or paths.
    cwd
        The folder the notebook runs in.
    timeout_s
        Seconds a single cell may take.

    Returns
    -------
    Path
        The page written.

    Raises
    ------
    InputError
        When the notebook cannot be read, or a parameter is not one it has (with those it has).
    SitePriorError
        When a cell fails: naming notebook, cell and error. What had run so far is kept beside the
        target, with the ending ``.failed.ipynb``.
    OutputError
        When the page cannot be written.
    """

    async def work() -> Path:
        notebook = prepared(source, parameters)
        async with started_kernel(cwd) as kernel:
            return await executed(notebook, target_html, kernel=kernel, source=source, cwd=cwd, timeout_s=timeout_s)

    # Jupyter, where analysts work, has a loop running already: this one goes in a thread beside it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work()).result()


async def executed(
    notebook: NotebookNode,
    target_html: Path | str,
    *,
    kernel: AsyncKernelManager,
    source: Path | str,
    cwd: Path | str,
    timeout_s: int = 600,
) -> Path:
    """Run a prepared notebook in a kernel started in ``cwd``, and write its page; as :func:`execute_notebook`."""
    import nbformat

    target = Path(target_html)
    failure = await _run(notebook, kernel, timeout_s)
    tidy(notebook, Path(cwd).absolute())
    if failure:
        partial = write_text(target.with_suffix(".failed.ipynb"), nbformat.writes(notebook) + "\n")
        raise SitePriorError(f"{Path(source).name}: {failure}; what had run is in {partial}")
    return write_text(target, page(notebook, Path(source).stem))


def notebook_titles() -> dict[str, str]:
    """Return the title of each notebook that travels with siteprior, by its file name.

    Examples
    --------
    >>> list(notebook_titles())[:2]
    ['00_quick_start.ipynb', '01_shortlist.ipynb']
    """
    titles = {}
    for path in sorted(shipped("notebooks").glob("*.ipynb")):
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        titles[path.name] = "".join(first).strip().splitlines()[0].lstrip("# ")
    return titles


def copy_notebooks(folder: Path | str, *, force: bool = False) -> list[Path]:
    """Copy the notebooks that travel with siteprior into a folder and return the copies.

    Parameters
    ----------
    folder
        Where to; made if need be.
    force
        Whether to overwrite notebooks of the same name.

    Raises
    ------
    OutputError
        When a notebook of the same name stands there already (then none is copied), or the folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> import tempfile
    >>> [copy.name for copy in sp.report.copy_notebooks(tempfile.mkdtemp())][:1]
    ['00_quick_start.ipynb']
    """
    originals = sorted(shipped("notebooks").glob("*.ipynb"))
    targets = [Path(folder) / original.name for original in originals]
    present = [target.name for target in targets if target.exists()]
    if present and not force:
        raise OutputError(
            f"{folder}: holds {', '.join(present)} already, perhaps with your work in it; "
            "choose another folder, or overwrite with --force"
        )
    for original, target in zip(originals, targets, strict=True):
        with whole_file(target) as temporary:
            temporary.write_bytes(original.read_bytes())
    return targets


@asynccontextmanager
async def started_kernel(cwd: Path | str, *, first: str = "") -> AsyncIterator[AsyncKernelManager]:
    """Start a kernel of this very interpreter in a folder, whatever kernels are registered on the machine.

    It runs the line ``first``, reads no IPython settings of the user's, hashes the same each time, and is gone at the
    end.
    """
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-X", "frozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command += ["--HistoryManager.hist_file=:memory:", *([f"--IPKernelApp.exec_lines={first}"] if first else [])]
    # Without sockets of files (Windows) the kernel would warn on the terminal that local TCP is not encrypted.
    command.append("--log-level=ERROR")

    class ThisInterpreter(KernelSpecManager):
        """Knows one kernel: the Python siteprior runs in."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python", name=kernel_name)

    with tempfile.TemporaryDirectory(prefix="siteprior-", ignore_cleanup_errors=True) as place:
        connection = str(Path(place) / "kernel.json")
        # A socket in a private folder is closed to other users of the machine; its path may not be longer than 107.
        transport = "ipc" if os.name == "posix" and len(connection) < 90 else "tcp"
        kernel = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisInterpreter(),
            connection_file=connection,
            transport=transport,
        )
        profile = Path(place) / "ipython"
        profile.mkdir()
        settings = {
            "PYTHONHASHSEED": "0",
            "IPYTHONDIR": str(profile),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        try:
            await kernel.start_kernel(cwd=str(Path(cwd).absolute()), env={**os.environ, **settings})
            yield kernel
        finally:
            if kernel.has_kernel:
                await kernel.shutdown_kernel(now=True)


async def _run(notebook: NotebookNode, kernel: AsyncKernelManager, timeout_s: int) -> str:
    """Run all cells in a fresh kernel and end it; return what failed and where, blank when all went well."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    started: list[int] = []
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=timeout_s,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",  # asked politely, one that is at work fails aloud
        on_cell_execute=lambda **about: started.append(about["cell_index"]),
    )
    try:
        await client.async_execute(cleanup_kc=True)
    except CellExecutionError as fault:
        reason = f"{fault.ename}: {fault.evalue}"
    except CellControlSignal:
        reason = f"took longer than {timeout_s} s"
    except (DeadKernelError, RuntimeError) as fault:
        reason = f"the kernel stopped ({fault})"
    else:
        return ""
    if not started:
        return " ".join(reason.split())
    cells = [cell for cell in notebook.cells[: started[-1] + 1] if cell["id"] != INJECTED]
    first_line = notebook.cells[started[-1]]["source"].strip().partition("\n")[0]
    return f"cell {len(cells)} ({first_line}) failed: {' '.join(reason.split())}"
