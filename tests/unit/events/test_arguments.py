# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the event source: one table, which documentation, JSON schema and checks agree with."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.options import OPTIONS, given_options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.poller import Poller
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import PLUGIN, SOURCE, scenario

SCHEMA = json.loads((PLUGIN.parent / "schemas/modelarts_orders.json").read_text(encoding="utf-8"))
DOCUMENTED: dict[str, dict[str, t.Any]] = yaml.safe_load(SOURCE["DOCUMENTATION"])["options"]
ALIASES = {alias: name for name, option in OPTIONS.items() for alias in option.aliases}

GOOD: list[dict[str, t.Any]] = [
    {},
    {"pools": "a,b", "interval": "5", "validate_certs": "no", "retries": 0},
    {"pool_name": ["a", 7], "since": "7d", "phase": "failed", "operation": ["apply"], "state_file": "/tmp/x"},
    {"pools": "a\n b,\nc\n", "order_names": '["x", "y"]', "order_ids": "CS1,", "timeout": 9},
    {"interval": "1.5m", "timeout": "20s"},
    {"involved_names": None, "since": None, "timeout": 0.5, "use_proxy": False, "project_id": 12},
]
BAD: list[tuple[dict[str, t.Any], str]] = [
    ({"pol": "a"}, "Unknown argument pol: known are region, "),
    ({"interval": "often"}, "interval: 'often' is not of type float"),
    ({"retries": 10**400}, "retries: "),
    ({"state_file": "/tmp/a\0b"}, "state_file: "),
    ({"interval": "5 minutes"}, "interval: '5 minutes' is not a duration: give seconds, or a number with a unit"),
    ({"interval": 0}, "interval: 0 is not a number of seconds"),
    ({"interval": 90000}, "interval: 90000 is not a number of seconds"),
    ({"retries": 1.5}, "retries: '1.5' is not of type int"),
    ({"timeout": -1}, "timeout: -1.0 is not a number of seconds"),
    ({"validate_certs": "perhaps"}, "validate_certs: 'perhaps' is not of type bool"),
    ({"region": ["a"]}, "region: \"['a']\" is not of type str"),
    ({"secret_key": {"s3cret-inside": 1}}, "secret_key: this value is not of type str"),
    ({"pools": []}, "involved_names is empty"),
    ({"pools": [""]}, "involved_names: \"['']\" is not of type list"),
    ({"pools": "a", "pool": "b"}, "involved_names is given twice"),
    ({"phase": "done"}, "phase: 'done' is none of "),
    ({"operation": ["buy"]}, "operation: 'buy' is none of "),
    ({"resource": "jobs"}, "resource: 'jobs' is none of "),
]
# What a schema cannot know: the text of a list, and what is left of a template once it should have been rendered.
UNREAD: list[tuple[dict[str, t.Any], str]] = [
    ({"pools": "a,,b"}, "involved_names: 'a,,b' is not of type list"),
    ({"pools": '["a'}, "involved_names: '[\"a' is not of type list"),
    ({"pools": '[{"a": 1}]'}, "involved_names: '[{\"a\": 1}]' is not of type list"),
    ({"order_names": "{{ x }}"}, "order_names: { { x }} can't be a name"),
    ({"order_ids": ["a", "{{ x }}"]}, "order_ids: { { x }} can't be a name"),
    ({"order_names": ["a\x1b[2J"]}, "order_names: a [2J can't be a name"),
    ({"state_file": "/tmp/{{ x }}"}, "state_file: '/tmp/{ { x }}' is not of type path"),
    ({"workspace_id": "{{ x }}"}, "workspace_id: '{ { x }}' is not of type str"),
]


def test_connection_options_are_those_of_every_entry_point() -> None:
    assert {name: OPTIONS[name] for name in _options.CONNECTION} == _options.CONNECTION
    for name in ("workspace_id", "phase", "resource", "order_names", "order_ids", "operation", "since"):
        assert OPTIONS[name] == _options.FILTERS[name]
    assert set(_options.WAIT_FILTERS["involved_names"].aliases) <= set(ALIASES)
    assert set(_options.FILTERS["involved_name"].aliases) <= {*ALIASES, *OPTIONS}


def test_documentation_agrees_with_the_table() -> None:
    assert list(DOCUMENTED) != []
    assert set(DOCUMENTED) == set(OPTIONS)
    for name, option in OPTIONS.items():
        row = DOCUMENTED[name]
        assert row["type"] == option.type, name
        assert row.get("default") == option.default, name
        assert tuple(row.get("choices", ())) == (option.choices or ()), name
        assert tuple(row.get("aliases", ())) == option.aliases, name
        assert row.get("elements") == option.elements, name
        text = " ".join([row["description"]] if isinstance(row["description"], str) else row["description"])
        assert all(f"E({env})" in text for env in option.env), name
        assert option.default is not None or "default" in text.lower() or option.env, name


def test_schema_agrees_with_the_table() -> None:
    assert SCHEMA["additionalProperties"] is False
    assert set(SCHEMA["properties"]) == {*OPTIONS, *ALIASES}
    for name, option in OPTIONS.items():
        row = SCHEMA["properties"][name]
        assert row.get("default") == option.default, name
        assert row.get("writeOnly", False) == option.secret, name
        assert (
            (json.dumps(list(option.choices)) in json.dumps(row)) if option.choices else "enum" not in json.dumps(row)
        )
    for alias, name in ALIASES.items():
        assert SCHEMA["properties"][alias]["$ref"] == f"#/properties/{name}"


@pytest.mark.parametrize("args", GOOD)
def test_schema_accepts_what_the_source_accepts(args: dict[str, t.Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: the schema is not tried out")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(args, SCHEMA)


@pytest.mark.parametrize("args", [args for args, dummy in BAD])
def test_schema_refuses_what_the_source_refuses(args: dict[str, t.Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: the schema is not tried out")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(args, SCHEMA)


@pytest.mark.parametrize("args", GOOD)
def test_good_arguments(args: dict[str, t.Any]) -> None:
    given = given_options(args)
    assert set(given) <= set(OPTIONS)
    if args.get("interval") == "1.5m":
        assert given == {"interval": 90.0, "timeout": 20.0}
    if args.get("order_ids"):
        assert given["involved_names"] == ["a", "b", "c"]
        assert given["order_names"] == ["x", "y"]
        assert given["order_ids"] == ["CS1"]
    elif "pools" in args:
        assert given == {"involved_names": ["a", "b"], "interval": 5.0, "validate_certs": False, "retries": 0}


def test_an_empty_text_counts_as_not_given() -> None:
    """It is what a variable holds that a survey or an activation has not set."""
    assert given_options(dict.fromkeys((*OPTIONS, "pools"), "")) == {}


@pytest.mark.parametrize(("args", "msg"), [*BAD, *UNREAD])
def test_bad_arguments_are_one_event_of_one_line_and_nothing_is_sent(args: dict[str, t.Any], msg: str) -> None:
    with scenario() as w:
        events = w.run(0, **args)
        assert len(events) == 1
        assert events[0]["error"]["kind"] == "options"
        assert events[0]["error"]["msg"].startswith(msg)
        assert "\n" not in events[0]["error"]["msg"]
        assert "s3cret" not in str(events)
        assert not w.cloud.log


def test_all_that_is_wrong_is_said_at_once() -> None:
    with scenario() as w:
        (event,) = w.run(0, interval="often", retries="x", pol="a", validate_certs="perhaps")
        for part in ("Unknown argument pol", "interval: 'often'", "retries: 'x'", "validate_certs: 'perhaps'"):
            assert part in event["error"]["msg"]
        (event,) = w.run(0, interval=0, since="yesterday", phase=None, access_key="a", order_names=[])
        for part in ("interval: 0 is not", "since: 'yesterday'", "secret_key missing"):
            assert part in event["error"]["msg"]
        assert not w.cloud.log


def test_each_filter_tells_one_set_of_watched_orders_from_another() -> None:
    """A state file of other orders would hide what is new; a phase and a time only choose among the watched ones."""
    place = {"endpoint": "https://modelarts.invalid", "auth_token": "t", "project_id": "p"}
    given = {"workspace_id": "w", "phase": "failed", "since": "1d", "operation": ["apply"]}
    given = {name: given.get(name, ["a"]) for name in OPTIONS if name not in _options.CONNECTION}
    watched = given.keys() - {"resource", "interval", "state_file", "feedback"}
    plain = Poller(place, {}, Clock()).scope
    telling = {name for name in watched if Poller({**place, name: given[name]}, {}, Clock()).scope != plain}
    assert telling == watched - {"phase", "since"}


def test_no_credentials_are_an_event() -> None:
    with scenario() as w:
        place = {key: value for key, value in w.server.environment().items() if "ENDPOINT" in key or "REGION" in key}
        (event,) = w.run(0, environ=place)
        assert event["error"]["msg"].startswith("No credentials")


def test_credentials_of_arguments_and_environment_are_never_mixed() -> None:
    with scenario() as w:
        (event,) = w.run(0, access_key="AKofTheArguments")
        assert event["error"]["msg"].startswith("secret_key missing")


def test_given_options_name_the_type_of_a_secret_but_not_its_value() -> None:
    with pytest.raises(InputError) as caught:
        given_options({"password": ["hunter2hunter2"]})
    assert "hunter2" not in caught.value.msg
