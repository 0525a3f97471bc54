# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site in build/site, without network and without a warning.

Run by the main virtual environment with the layers docs and site: `.venv/bin/python tools/docs_site.py`.
antsibull-docs writes the pages of plugins, roles and guides; the Markdown pages of docs/ and of the roles and the
event source's documentation are put beside them, and Sphinx makes HTML of all.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tree
import venvs
import yaml

BIN = Path(sys.executable).parent
SITE = venvs.ROOT / "build" / "site"
SCRATCH = venvs.CACHE / "site"
SOURCE = Path("extensions/eda/plugins/event_source/modelarts_orders.py")
COLLECTION = "huaweicloud.modelarts"
#: Links into Ansible's own documentation cannot be followed without a network; all else that Sphinx says is an error.
_FOREIGN = re.compile(
    r"undefined label: '(ansible_collections\.(?!huaweicloud)|action_plugins|ansible_configuration_settings"
    r"|common_return_values)"
)

CONF = """
project = "huaweicloud.modelarts"
author = copyright = "The huaweicloud.modelarts contributors"
title = html_title = html_short_title = "huaweicloud.modelarts"
extensions = ["sphinx_antsibull_ext", "myst_parser"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
myst_heading_anchors = 3
# Links from Markdown pages into the repository stay as they are written.
suppress_warnings = ["myst.xref_missing"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_theme_options = {"topbar_links": {}, "vcs_pageview_mode": "", "documentation_home_url": "index.html"}
html_show_sphinx = False
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
default_role = "any"
nitpicky = False
"""

INDEX = """
huaweicloud.modelarts
=====================

Query, wait for and report the orders of ModelArts resource pools on Huawei Cloud.

.. toctree::
   :maxdepth: 2

   collection/index

.. toctree::
   :caption: Event-driven
   :maxdepth: 1
   :glob:

   event*

.. toctree::
   :caption: More pages
   :maxdepth: 1
   :glob:

   pages/*
"""


def run(*command: str | Path, **env: str) -> str:
    """Run a tool out of the virtual environment; where it fails, show what it said and end."""
    done = subprocess.run(
        [str(BIN / command[0]), *map(str, command[1:])],
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nerror: failed: {' '.join(map(str, command))}")
    return done.stdout


def pages(copy: Path) -> dict[Path, str]:
    """Return the Markdown pages to show, with the name that each gets on the site."""
    found = {path: path.stem for path in sorted((copy / "docs").rglob("*.md"))}
    found |= {path: f"role_{path.parent.name}" for path in sorted((copy / "roles").glob("*/README.md"))}
    return found


def add_pages(copy: Path, rst: Path) -> None:
    """Lay the Markdown pages and their pictures beside the generated ones; those on events get a chapter."""
    (rst / "pages").mkdir()
    for path, name in pages(copy).items():
        shutil.copy(path, (rst if name.startswith("event") else rst / "pages") / f"{name}.md")
    for folder in (rst, rst / "pages"):
        if (copy / "docs" / "images").is_dir():
            shutil.copytree(copy / "docs" / "images", folder / "images")


def documentation(path: Path) -> dict[str, Any]:
    """Return the DOCUMENTATION (as data) and EXAMPLES (as text) that a plugin's source holds."""
    found: dict[str, Any] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("DOCUMENTATION", "EXAMPLES"):
                text = ast.literal_eval(node.value)
                found[name] = yaml.safe_load(text) if name == "DOCUMENTATION" else text
    return found


def _plain(text: str | list[str]) -> str:
    """Return a description with Ansible's markup turned into literals."""
    joined = text if isinstance(text, str) else " ".join(text)
    return re.sub(r"\b(?:RV|[BCEIMOPV])\(([^()]*)\)", r"``\1``", joined)


def event_source_page(path: Path) -> Iterator[str]:
    """Yield the lines of the event source's page: antsibull-docs does not know this kind of plugin."""
    found = documentation(path)
    doc = found["DOCUMENTATION"]
    title = f"{COLLECTION}.{path.stem} event source"
    yield from (title, "=" * len(title), "", _plain(doc["short_description"]) + ".", "")
    for line in [doc["description"]] if isinstance(doc["description"], str) else doc["description"]:
        yield from (_plain(line), "")
    yield from ("Arguments", "---------", "")
    for name, option in doc["options"].items():
        facts = [str(option.get("type", "str"))]
        facts += ["required"] if option.get("required") else []
        facts += [f"default ``{option['default']}``"] if option.get("default") is not None else []
        yield from (f"``{name}`` ({', '.join(facts)})", f"   {_plain(option['description'])}", "")
    if found.get("EXAMPLES"):
        yield from ("Examples", "--------", "", ".. code-block:: yaml+jinja", "")
        yield from (f"   {line}" for line in found["EXAMPLES"].strip("\n").splitlines())


def write_sources(rst: Path) -> None:
    """Write everything that Sphinx reads below ``rst``."""
    copy = tree.copy_to(SCRATCH / "collections")
    shutil.rmtree(rst, ignore_errors=True)
    collection = rst / "collection"
    collection.mkdir(parents=True, mode=0o755)
    command = ("antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error")
    places = {"ANSIBLE_COLLECTIONS_PATH": str(SCRATCH / "collections")}
    said = run(*command, "--dest-dir", collection, COLLECTION, **places)
    if "ERROR" in said or "WARNING" in said:
        raise SystemExit(f"{said}\nerror: antsibull-docs complains")
    add_pages(copy, rst)
    if (copy / SOURCE).exists():
        (rst / f"event_source_{SOURCE.stem}.rst").write_text(
            "\n".join(event_source_page(copy / SOURCE)) + "\n", "utf-8"
        )
    else:
        print(f"note: no {SOURCE}, so the site has no page on it")
    (rst / "index.rst").write_text(INDEX.lstrip(), encoding="utf-8")
    (rst / "conf.py").write_text(CONF.lstrip(), encoding="utf-8")


def complaints(log: Path) -> list[str]:
    """Return what Sphinx complained of, less links to other projects' pages."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip() and not _FOREIGN.search(line)]


def main() -> int:
    """Build the site."""
    os.environ["HOME"] = str(SCRATCH)
    with venvs.locked("site"):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        rst, log = SCRATCH / "rst", SCRATCH / "warnings"
        write_sources(rst)
        shutil.rmtree(SITE, ignore_errors=True)
        options = ("-q", "-b", "html", "-d", SCRATCH / "doctrees", "-w", log, "-E")
        run("sphinx-build", *options, rst, SITE, NO_COLOR="1")
    found = complaints(log)
    for complaint in found:
        print(complaint)
    count = len(list(SITE.rglob("*.html")))
    print(f"{'error: ' if found else ''}site: {count} pages in {SITE.relative_to(venvs.ROOT)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
