# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide on events shows is so: arguments, rules, files, keys of events and defaults."""

from __future__ import annotations

import json
import re
import typing as t

import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _errors, _order
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._event_options import OPTIONS, given_options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._transitions import Troubles, change
from ansible_collections.huaweicloud.modelarts.tests.unit.eda.eda_world import ROOT, SOURCE

GUIDE = (ROOT / "docs/guides/event_driven.md").read_text(encoding="utf-8")
RULEBOOK = yaml.safe_load((ROOT / "extensions/eda/rulebooks/orders.yml").read_text(encoding="utf-8"))
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
    (ours,) = sources(RULEBOOK)
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
    event = change(_order.normalise({"orderName": "order.pool-5ed5-w4l2n", "phase": "successed"}), "processing")
    assert set(shown_change) == set(event)
    assert set(shown_change["order"]) <= set(event["order"])
    troubles = Troubles()
    error = troubles.begin("service", _errors.PassingError("down", status=503), 0)
    assert error is not None
    assert set(shown_error) == set(error)
    assert set(shown_error["error"]) == set(error["error"])
    end = troubles.end("service", 1)
    assert end is not None
    assert set(shown_end["recovered"]) == set(end["recovered"])


def test_named_files_exist_and_the_rule_shown_is_the_rulebooks() -> None:
    for path in re.findall(r"`((?:extensions|playbooks|tests)/[\w./]+)`", GUIDE):
        assert (ROOT / path).is_file(), path
    rules = {rule["name"]: rule for rule in RULEBOOK[0]["rules"]}
    shown = next(block[0] for block in blocks("yaml") if isinstance(block, list) and "run_playbook" in str(block))
    real = rules["An order failed or was fulfilled in part only"]
    assert shown["action"] == real["action"]
    for rule in rules.values():
        if "run_playbook" in rule["action"]:
            assert 'order_name is regex("^[A-Za-z0-9][A-Za-z0-9._-]*$")' in rule["condition"]
            playbook = rule["action"]["run_playbook"]["name"].rpartition(".")[2]
            assert (ROOT / f"playbooks/{playbook}.yml").is_file()
            assert set(rule["action"]["run_playbook"]["extra_vars"]) == {"on_order_name"}
