# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: ansible-builder accepts its definition, and finds what the collection needs by itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
DEFINITION = ROOT / "extensions" / "execution_environment" / "execution-environment.yml"
BUILDER = Path(sys.executable).parent / "ansible-builder"

pytestmark = pytest.mark.skipif(not BUILDER.exists(), reason="ansible-builder is in the main virtual environment only")


def builder(*arguments: str) -> str:
    """Run ansible-builder and return what it prints."""
    done = subprocess.run([BUILDER, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_create(tmp_path: Path) -> None:
    """The build context is complete: the base image, the pinned Ansible, and the collections to install."""
    folder = tmp_path / "definition"
    shutil.copytree(DEFINITION.parent, folder)
    builder(
        "create",
        "-f",
        str(folder / DEFINITION.name),
        "-c",
        str(tmp_path / "context"),
        "--output-filename",
        "Containerfile",
    )
    definition = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    recipe = (tmp_path / "context" / "Containerfile").read_text(encoding="utf-8")
    for part in (
        definition["images"]["base_image"]["name"],
        definition["dependencies"]["python_interpreter"]["python_path"],
        definition["dependencies"]["ansible_core"]["package_pip"],
    ):
        assert part in recipe
    collections = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))
    assert "huaweicloud.modelarts" in [entry["name"] for entry in collections["collections"]]


def test_without_galaxy(tmp_path: Path) -> None:
    """The guide's additions build the image out of the collection's archive: it is in the context where it is named."""
    guide = (ROOT / "docs/docsite/rst/awx_guide.rst").read_text(encoding="utf-8")
    additions = guide.partition("   # execution-environment.yml\n")[2].partition("``pip`` finds")[0]
    definition, dummy, requirements = textwrap.dedent(additions).partition("# requirements.yml\n")
    folder = tmp_path / "definition"
    shutil.copytree(DEFINITION.parent, folder)
    (folder / "requirements.yml").write_text(requirements, encoding="utf-8")
    (folder / DEFINITION.name).write_text(DEFINITION.read_text(encoding="utf-8") + definition, encoding="utf-8")
    added = yaml.safe_load(definition)["additional_build_files"][0]
    (folder / added["src"]).write_bytes(b"an archive")
    context = str(tmp_path / "context")
    builder("create", "-f", str(folder / DEFINITION.name), "-c", context, "--output-filename", "Containerfile")
    (named,) = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert (tmp_path / "context/_build" / named["name"]).read_bytes() == b"an archive"
    assert named["type"] == "file"
    recipe = (tmp_path / "context" / "Containerfile").read_text(encoding="utf-8")
    assert 'ARG ANSIBLE_GALAXY_CLI_COLLECTION_OPTS="--offline"' in recipe


def test_introspect(tmp_path: Path) -> None:
    """Out of an installed collection the builder reads its one dependency, and no system package."""
    place = tmp_path / "ansible_collections" / "huaweicloud" / "modelarts"
    for name in ("meta/execution-environment.yml", "requirements.txt", "galaxy.yml"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    found = yaml.safe_load(builder("introspect", str(tmp_path)))
    assert [line.partition("#")[0].strip() for line in found["python"]] == ["requests>=2.25.1"]
    assert found["system"] == []
