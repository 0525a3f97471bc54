# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide on events shows is so: arguments, rules, files, keys of events and defaults; and the rulebooks."""

from __future__ import annotations

import json
import re
import typing as t

import jinja2.nativetypes
import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import errors as _errors
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.error_state import ErrorState
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.event import change_event
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.options import OPTIONS, given_options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.controller_rules import VariableLoader
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import ROOT, SOURCE

GUIDE = (ROOT / "docs/guides/event_driven.md").read_text(encoding="utf-8")
RULEBOOKS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "extensions/eda/rulebooks").glob("*.yml"))
}
AWX = ROOT / "extensions/awx"


def variables_of(name: str) -> t.Any:
    """Return what a file of a controller's configuration holds."""
    return yaml.load((AWX / name).read_text(encoding="utf-8"), Loader=VariableLoader)


(CREDENTIAL,) = variables_of("eda/credential_types.yml")["eda_credential_types"]
NAME = "huaweicloud.modelarts.modelarts_orders"


def blocks(language: str) -> list[t.Any]:
    return [yaml.safe_load(text) for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)]


def sources(rulebook: t.Any) -> list[dict[str, t.Any]]:
    return [source[NAME] for ruleset in rulebook for source in ruleset["sources"]]


def test_arguments_of_the_guide_and_of_the_examples_are_accepted() -> None:
    shown = [block for block in blocks("yaml") if isinstance(block, list) and "sources" in block[0]]
    examples = [example[NAME] for example in yaml.safe_load(SOURCE["EXAMPLES"])]
    for args in [*sources(shown[0]), *examples]:
        assert given_options(args)
    for rulebook in RULEBOOKS.values():
        (ours,) = sources(rulebook)
        assert set(ours) <= set(OPTIONS)


def test_every_argument_but_the_connection_is_in_the_table() -> None:
    table = GUIDE.split("It takes the connection options")[1].split("`extensions/")[0]
    named = set(re.findall(r"`(\w+)`", table)) - {"modelarts_order_info"}
    extra = {name for name, option in OPTIONS.items() if not option.env}
    connection = {"validate_certs", "ca_path", "use_proxy", "timeout"}
    aliases = set(OPTIONS["involved_names"].aliases)
    assert named == (extra - connection) | aliases
    assert f"| `interval` | {OPTIONS['interval'].default:g} |" in table


def test_events_have_the_keys_that_the_guide_shows() -> None:
    shown_change, shown_error, shown_end = (
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    )
    event = change_event(model.normalise({"orderName": "order.pool-5ed5-w4l2n", "phase": "successed"}), "processing")
    assert set(shown_change) == set(event)
    assert set(shown_change["order"]) <= set(event["order"])
    error_state = ErrorState("a run")
    error = error_state.begin("service", _errors.TransientError("down", status=503), 0)
    assert error is not None
    assert set(shown_error) == set(error)
    assert set(shown_error["error"]) == set(error["error"])
    end = error_state.end("service", 1)
    assert end is not None
    assert set(shown_end["recovered"]) == set(end["recovered"])


def test_named_files_exist_and_the_rule_shown_is_the_rulebooks() -> None:
    for path in re.findall(r"`((?:extensions|playbooks|tests)/[\w./]+)`", GUIDE):
        assert (ROOT / path).is_file(), path
    rules = {rule["name"]: rule for rule in RULEBOOKS["orders"][0]["rules"]}
    shown = next(block[0] for block in blocks("yaml") if isinstance(block, list) and "run_playbook" in str(block))
    real = rules["An order failed or was fulfilled in part only"]
    assert shown["action"] == real["action"]


def test_the_guide_names_every_rulebook() -> None:
    assert [name for name in RULEBOOKS if f"`extensions/eda/rulebooks/{name}.yml`" not in GUIDE] == []


@pytest.mark.parametrize("name", RULEBOOKS)
def test_rules_hand_over_nothing_but_a_harmless_name(name: str) -> None:
    acting = 0
    for rule in RULEBOOKS[name][0]["rules"]:
        action = rule["action"]
        if "debug" in action:
            continue
        acting += 1
        assert 'order_name is regex("^[A-Za-z0-9][A-Za-z0-9._-]*$")' in rule["condition"]
        if "run_playbook" in action:
            playbook = action["run_playbook"]["name"].rpartition(".")[2]
            assert (ROOT / f"playbooks/{playbook}.yml").is_file()
            given = action["run_playbook"]["extra_vars"]
        else:
            assert action["run_job_template"]["include_events"] is False
            given = action["run_job_template"]["job_args"]["extra_vars"]
        assert given == {"on_order_name": "{{ event.order.order_name }}"}
    assert acting == 2


def test_the_rulebooks_differ_in_what_they_start_only() -> None:
    (orders,), (jobs,) = RULEBOOKS["orders"], RULEBOOKS["job_templates"]
    assert orders["sources"] == jobs["sources"]
    for here, there in zip(orders["rules"], jobs["rules"], strict=True):
        assert (here["name"], here["condition"]) == (there["name"], there["condition"])


def render(template: str, variables: dict[str, t.Any]) -> t.Any:
    """Return what ansible-rulebook makes of an argument: it reads the outcome as a literal of Python where it can."""
    environment = jinja2.nativetypes.NativeEnvironment(undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(variables)


@pytest.mark.parametrize("name", RULEBOOKS)
def test_sources_take_the_variables_of_the_credential_type(name: str) -> None:
    """Every one of them, as the text that it is; empty and missing ones are not given."""
    (ours,) = sources(RULEBOOKS[name])
    fields = [field["id"] for field in CREDENTIAL["inputs"]["fields"]]
    assert set(CREDENTIAL["injectors"]["extra_vars"]) == {f"modelarts_{field}" for field in fields}
    assert given_options({"ecs_agency": render(ours["ecs_agency"], {"modelarts_ecs_agency": "true"})}) == {
        "ecs_agency": True
    }
    for field in fields:
        for text in (
            ()
            if field == "ecs_agency"
            else (
                "cn-north-4",
                "1e5",
                "0x1F",
                "0012",
                "None",
                "'q'",
                '"',
                "[1]",
                "a\\b %s {{ x }}",
                "\u4e2d \U0001f600",
            )
        ):
            assert given_options({field: render(ours[field], {f"modelarts_{field}": text})}) == {field: text}
        for variables in ({}, {f"modelarts_{field}": ""}, {f"modelarts_{field}": None}):
            assert render(ours[field], variables) is None


def test_job_templates_are_those_that_are_shipped() -> None:
    """By their names, with the playbook for each end, and with the name of the order accepted at the start."""
    every = variables_of("controller/templates.yml")["controller_templates"]
    shipped = [template for template in every if template["playbook"].startswith(("order_succ", "order_fail"))]
    actions = [rule["action"] for rule in RULEBOOKS["job_templates"][0]["rules"] if "debug" not in rule["action"]]
    named = {render(action["run_job_template"]["name"], {}) for action in actions}
    assert named == {template["name"].replace("{{ awx_setup_prefix | default('', true) }}", "") for template in shipped}
    for template in shipped:
        assert template["ask_variables_on_launch"] is True
        (play,) = yaml.safe_load((AWX / "project" / template["playbook"]).read_text(encoding="utf-8"))
        playbook = play["ansible.builtin.import_playbook"]
        assert playbook == f"huaweicloud.modelarts.on_{template['playbook'].removesuffix('.yml')}"
