# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the README: up to date, and faithful to what a terminal shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT
from ansible_collections.huaweicloud.modelarts.tools.pictures import sample_timeline, terminal
from hypothesis import given
from hypothesis import strategies as st

TEXT = "{http://www.w3.org/2000/svg}text"


def shown(output: str) -> list[tuple[str, str, int]]:
    """Return text, colour and column of everything in the picture."""
    found = ET.fromstring(terminal(output)).iter(TEXT)
    return [(one.text or "", one.get("fill", ""), round((float(one.get("x", "0")) - 18) / 8)) for one in found]


def test_the_timeline_in_the_readme_is_what_the_filter_draws_today() -> None:
    kept = (ROOT / "docs/images/timeline.svg").read_text(encoding="utf-8")
    assert kept == sample_timeline() + "\n", "run: .venv/bin/python tools/pictures.py timeline"


def test_colours_and_columns_are_kept() -> None:
    green, plain = "#56d364", "#e6edf3"
    assert shown("\n\x1b[0;32mok: [localhost]\x1b[0m done\r\n    a  b\n") == [
        ("ok: [localhost]", green, 0),
        (" done", plain, 15),
        ("    a  b", plain, 0),
    ]
    assert shown("资源 \x1b[31mfailed\x1b[39m!") == [("资源 ", plain, 0), ("failed", "#ff7b72", 5), ("!", plain, 11)]


def test_other_escapes_leave_nothing_behind() -> None:
    assert shown("\x1b[2Ka\x1b]0;title\x07b\x1b[?25lc") == [("abc", "#e6edf3", 0)]


def test_markup_is_shown_and_long_lines_go_on_below() -> None:
    assert shown("<b>{{ 1 }}</b>")[0][0] == "<b>{{ 1 }}</b>"
    assert [len(text) for text, dummy, at in shown("x" * 250)] == [110, 110, 30]
    green = "#56d364"
    assert shown("y" * 100 + "\x1b[32m" + "z" * 20) == [
        ("y" * 100, "#e6edf3", 0),
        ("z" * 10, green, 100),
        ("z" * 10, green, 0),
    ]


@given(st.text(max_size=200))
def test_whatever_a_program_prints_the_picture_is_well_formed(output: str) -> None:
    ET.fromstring(terminal(output))
