# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role order_report: it takes every option of the module and passes each of them on, and it writes its file."""

from __future__ import annotations

import json
import os
import pwd
import re
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT, Ansible, Run
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim

ROLE = ROOT / "roles" / "order_report"
PLAYBOOK = "huaweicloud.modelarts.order_report"
OWN = {"order_report_dest", "order_report_title", "order_report_mode", "order_report_now"}


def load(name: str) -> t.Any:
    return yaml.safe_load((ROLE / name).read_text(encoding="utf-8"))


def test_the_specification_knows_every_option_its_aliases_and_no_more() -> None:
    """Their types, and that they are handed on, is tested for all roles at once in tests/unit/docs."""
    known = load("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    names = {alias for name, option in INFO.items() for alias in (name, *option.aliases)}
    assert set(known) == {*OWN, *(f"order_report_{name}" for name in names)}
    dest = {key: value for key, value in known["order_report_dest"].items() if key != "description"}
    assert dest == {"type": "path", "default": "~/modelarts-orders.html"}


def test_the_defaults_are_those_of_the_specification() -> None:
    spec = load("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert load("defaults/main.yml") == {name: one["default"] for name, one in spec.items() if "default" in one}


@pytest.fixture(scope="module")
def sim(clouds: Clouds) -> Sim:
    ended = [{"state": "pending", "seconds": 60}, {"state": "processing", "seconds": 900}]
    return clouds.new(
        orders=[
            {"pool": "pool-a", "created": 4000, "timeline": [*ended, {"state": "succeeded"}]},
            {"pool": "pool-b", "created": 3000, "state": "failed", "reason": "Quota {{ 7 * 7 }} <exceeded>"},
        ]
    )


def report(ansible: Ansible, sim: Sim, given: t.Sequence[dict[str, t.Any]], *arguments: str) -> Run:
    """Run the role once for each of these variables; the last may fail."""
    role = {"ansible.builtin.include_role": {"name": "huaweicloud.modelarts.order_report"}}
    return ansible.tasks([{**role, "vars": variables} for variables in given], *arguments, env=sim.environment)


def written(run: Run) -> list[dict[str, t.Any]]:
    """Return what the task that writes the file returned each time."""
    return [event.result for event in run.of("huaweicloud.modelarts.order_report : Write the report")]


def survey(path: Path, **variables: str) -> dict[str, str]:
    """Return the answers of a survey that asks for failed orders."""
    answers = {"dest": str(path), "pool": "", "order_names": "", "phase": "failed", **variables}
    return {f"order_report_{name}": value for name, value in answers.items()}


def test_check_mode_writes_nothing_and_without_a_path_it_is_a_file_at_home(
    ansible: Ansible, sim: Sim, tmp_path: Path
) -> None:
    path = tmp_path / "orders.html"
    run = report(ansible, sim, [survey(path), {}, {"order_report_dest": ""}], "--check", "--diff").succeeded()
    assert [result["changed"] for result in written(run)] == [True, True, True]
    assert not path.exists()
    home = pwd.getpwuid(os.getuid()).pw_dir  # which ansible asks for by the user's name, whatever HOME says
    paths = [result["diff"][0]["after_header"] for result in written(run)]
    assert paths == [str(path), *[str(Path(home, "modelarts-orders.html"))] * 2]


def test_the_report_is_written_once(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    started = datetime.now(timezone.utc).replace(tzinfo=None)
    path, again = tmp_path / "orders.html", tmp_path / "again.html"
    now = survey(again, now="2026-11-01")
    run = report(ansible, sim, [survey(path), survey(again), now, now]).succeeded()
    assert [result["changed"] for result in written(run)] == [True, True, True, False], (
        "the same orders as of the same time leave the file alone"
    )
    page = path.read_text(encoding="utf-8")
    assert "Quota &#123;&#123; 7 * 7 &#125;&#125; &lt;exceeded&gt;" in page
    assert "pool-a" not in page, "the filter reached the query"
    assert path.stat().st_mode & 0o777 == 0o644
    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert abs(datetime.strptime(told["As of"], "%Y-%m-%d %H:%M:%S UTC") - started) < timedelta(minutes=10)
    assert told["Phase"] == "failed"
    assert told["Region"] == sim.environment["HW_REGION_NAME"]
    assert told["Period"].endswith(" UTC")


@pytest.mark.newest
def test_every_connection_option_can_be_a_variable(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """Of the playbook, by its full name, with extra vars and an environment, as a job template runs it."""
    options = {f"order_report_{name}": value for name, value in sim.options.items()}
    variables = {
        **options,
        "order_report_dest": str(tmp_path / "page"),
        "order_report_title": "Mine",
        "order_report_pool": "pool-a",
    }
    run = ansible.run(["ansible-playbook", PLAYBOOK, "-vvv", "-e", json.dumps(variables)]).succeeded()
    assert sim.options["secret_key"] not in run.stdout.replace(json.dumps(variables), "")
    page = (tmp_path / "page").read_text(encoding="utf-8")
    assert "<h1>Mine</h1>" in page
    assert "1 order: 1 succeeded." in page


@pytest.mark.newest
def test_a_query_that_fails_leaves_the_old_report(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "orders.html").write_text("old", encoding="utf-8")
    run = report(ansible, sim, [{**survey(tmp_path / "orders.html"), "order_report_since": "yesterday"}])
    assert "is not a time" in run.failure("huaweicloud.modelarts.order_report : Ask for the orders")["msg"]
    assert (tmp_path / "orders.html").read_text(encoding="utf-8") == "old"


@pytest.mark.newest
def test_orders_trimmed_of_their_state_are_refused_with_advice(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    run = report(ansible, sim, [{"order_report_dest": str(tmp_path / "page"), "order_report_fields": ["order_name"]}])
    assert run.rc == 2
    assert "keep state among the fields that are asked for" in run.output
