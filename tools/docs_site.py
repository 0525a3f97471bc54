# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site in build/site, without network and without a warning, from a copy of the collection.

Run by .venv's Python: `tools/docs_site.py COPY`, which ends in ansible_collections/huaweicloud/modelarts.
antsibull-docs writes the pages of plugins, roles and guides, and Sphinx's settings; the Markdown pages of docs/ and of
the roles and the event source's documentation are put beside them.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "site"
SOURCE = Path("extensions/eda/plugins/event_source/modelarts_orders.py")
COLLECTION = "huaweicloud.modelarts"
#: Links into Ansible's own documentation cannot be followed without a network; all else that Sphinx says is an error.
_FOREIGN = re.compile(
    r"undefined label: '(ansible_collections\.(?!huaweicloud)|action_plugins|ansible_configuration_settings"
    r"|common_return_values)"
)
#: What is added to the settings that antsibull-docs writes: Markdown pages, and no network.
CONF = """
extensions = ["sphinx_antsibull_ext", "myst_parser"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
myst_heading_anchors = 3
# Links from Markdown pages into the repository stay as they are written.
suppress_warnings = ["myst.xref_missing"]
html_theme_options = {"topbar_links": {}, "vcs_pageview_mode": "", "documentation_home_url": "index.html"}
html_show_sourcelink = False
intersphinx_mapping = {}
"""

INDEX = """
huaweicloud.modelarts
=====================

Query, wait for and report the orders of ModelArts resource pools on Huawei Cloud. Begin with the
:doc:`quick start <collection/docsite/quick_start_guide>`.

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

   pages/role_*
   pages/*
"""


def run(*command: str | Path, **env: str | Path) -> str:
    """Run a tool; where it fails or complains, show what it said and end."""
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **{name: str(value) for name, value in env.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or (command[0] == "antsibull-docs" and re.search("ERROR|WARNING", done.stdout)):
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


def write_sources(copy: Path, place: Path) -> None:
    """Write everything that Sphinx reads into a new folder."""
    rst, pages_of_plugins = place / "rst", place / "rst" / "collection"
    (place / "index.rst").write_text(INDEX.lstrip(), encoding="utf-8")
    names = ("--project", COLLECTION, "--title", COLLECTION, "--copyright", "The huaweicloud.modelarts contributors")
    current = ("--use-current", "--squash-hierarchy", "--fail-on-error", COLLECTION, "--dest-dir")
    start = ("--lenient", "--index-rst-source", place / "index.rst")
    run("antsibull-docs", "sphinx-init", *names, *start, *current, place)
    with (place / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(CONF)
    pages_of_plugins.mkdir(mode=0o755)
    places = {"ANSIBLE_COLLECTIONS_PATH": copy.parents[2]}
    run(
        "antsibull-docs",
        "--config-file",
        place / "antsibull-docs.cfg",
        "collection",
        *current,
        pages_of_plugins,
        **places,
    )
    add_pages(copy, rst)
    (rst / f"event_source_{SOURCE.stem}.rst").write_text("\n".join(event_source_page(copy / SOURCE)) + "\n", "utf-8")


def complaints(log: Path) -> list[str]:
    """Return what Sphinx complained of, less links to other projects' pages."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip() and not _FOREIGN.search(line)]


def main() -> int:
    """Build the site."""
    copy = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_sources(copy, place)
        shutil.rmtree(SITE, ignore_errors=True)
        run("sphinx-build", "-q", "-b", "html", "-c", place, "-w", place / "log", place / "rst", SITE)
        found = complaints(place / "log")
    for complaint in found:
        print(complaint)
    count = len(list(SITE.rglob("*.html")))
    print(f"{'error: ' if found else ''}site: {count} pages in {SITE.relative_to(ROOT)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
