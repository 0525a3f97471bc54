# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of every entry point says what the one table of options says, and that says what was promised."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import Option
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT
from ansible_collections.huaweicloud.modelarts.tests.support.plugins import actions, walk
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import samples

Doc = Mapping[str, Any]

#: The options of each entry point that has connection options: from the table, and its own, with what it documents.
ENTRY_POINTS: dict[str, tuple[Mapping[str, Option], dict[str, Option]]] = {
    "module modelarts_order_info": (_options.INFO, {}),
    "module modelarts_order_wait": (_options.WAIT, {}),
    "lookup modelarts_orders": (
        _options.INFO,
        {
            "_terms": Option("list", elements="str"),
            "on_missing": Option(default="skip", choices=("error", "warn", "skip")),
        },
    ),
}
#: Options of lookups that come from the call alone: one pool for all calls of a play would surprise everybody.
CALL_ONLY = ("_terms", "involved_name")
#: The connection options as users were promised them: type, default, environment variables, secret.
PROMISED: dict[str, tuple[str, Any, tuple[str, ...], bool]] = {
    "region": ("str", None, ("HW_REGION_NAME",), False),
    "project_id": ("str", None, ("HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"), False),
    "project_name": ("str", None, ("HW_PROJECT_NAME",), False),
    "auth_token": ("str", None, ("HW_AUTH_TOKEN",), True),
    "access_key": ("str", None, ("HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"), False),
    "secret_key": ("str", None, ("HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"), True),
    "security_token": ("str", None, ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"), True),
    "username": ("str", None, ("HW_USER_NAME",), False),
    "domain_name": ("str", None, ("HW_DOMAIN_NAME",), False),
    "password": ("str", None, ("HW_USER_PASSWORD",), True),
    "oidc_provider_urn": ("str", None, ("HUAWEICLOUD_OIDC_PROVIDER_URN",), False),
    "oidc_agency_urn": ("str", None, ("HUAWEICLOUD_OIDC_AGENCY_URN",), False),
    "oidc_token": ("str", None, ("HUAWEICLOUD_OIDC_ID_TOKEN",), True),
    "oidc_token_file": ("path", None, ("HUAWEICLOUD_OIDC_TOKEN_FILE",), False),
    "ecs_agency": ("bool", False, ("HW_ECS_AGENCY",), False),
    "assume_role_agency_name": ("str", None, ("HW_ASSUME_ROLE_AGENCY_NAME",), False),
    "assume_role_domain_name": ("str", None, ("HW_ASSUME_ROLE_DOMAIN_NAME",), False),
    "assume_role_domain_id": ("str", None, ("HW_ASSUME_ROLE_DOMAIN_ID",), False),
    "temporary_key_duration": ("str", "1h", ("HW_ASSUME_ROLE_DURATION", "HUAWEICLOUD_OIDC_DURATION_SECONDS"), False),
    "sts_endpoint": ("str", None, ("HUAWEICLOUD_SDK_STS_ENDPOINT",), False),
    "cloud": ("str", "myhuaweicloud.com", ("HW_CLOUD",), False),
    "endpoint": ("str", None, ("HW_MODELARTS_ENDPOINT",), False),
    "iam_endpoint": ("str", None, ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL"), False),
    "validate_certs": ("bool", True, (), False),
    "ca_path": ("path", None, ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), False),
    "use_proxy": ("bool", True, (), False),
    "timeout": ("float", 30.0, (), False),
    "retries": ("int", 4, ("HW_MAX_RETRIES",), False),
}
#: Where to read that nothing happens without an option, or what does.
_SAYS_DEFAULT = re.compile(
    r"default|not given|left out|without (it|any)|none of|given alone|in place of|alone it|no limit", re.I
)
_SAYS_UNIT = re.compile(r"second|number of|orders|milliseconds", re.I)


def options_of(documentation: dict[str, Any], entry: str) -> dict[str, Doc]:
    """Return the documented options of an entry point."""
    kind, name = entry.split()
    return dict(documentation[kind][f"{COLLECTION}.{name}"]["doc"]["options"])


def table_of(entry: str) -> dict[str, Option]:
    """Return the options that an entry point takes."""
    shared, own = ENTRY_POINTS[entry]
    return {**shared, **own}


CASES = [(entry, name) for entry in ENTRY_POINTS for name in table_of(entry)]


def test_the_table_is_as_promised() -> None:
    """Playbooks depend on these names, defaults and variables."""
    table = {
        name: (option.type, option.default, option.env, option.secret) for name, option in _options.CONNECTION.items()
    }
    assert table == PROMISED


def test_every_entry_point_is_listed() -> None:
    """Every module and lookup has connection options; an action documents itself by the module of its name."""
    found = {f"{kind} {name.removeprefix(COLLECTION + '.')}" for kind, name in walk() if kind in ("module", "lookup")}
    assert found == set(ENTRY_POINTS)
    assert {f"module {name.removeprefix(COLLECTION + '.')}" for name in actions()} <= set(ENTRY_POINTS)


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_no_option_is_missing_or_made_up(documentation: dict[str, Any], entry: str) -> None:
    """The documented names are the table's."""
    assert set(options_of(documentation, entry)) == set(table_of(entry))


@pytest.mark.parametrize(("entry", "name"), CASES)
def test_an_option_is_documented_as_it_is(documentation: dict[str, Any], entry: str, name: str) -> None:
    """Type, default, choices, aliases and elements."""
    documented, option = options_of(documentation, entry)[name], table_of(entry)[name]
    assert documented["type"] == option.type
    assert documented.get("default") == option.default
    assert type(documented.get("default")) is type(option.default)
    assert documented.get("choices") == (list(option.choices) if option.choices else None)
    assert documented.get("aliases", []) == list(option.aliases)
    assert documented.get("elements") == option.elements
    assert not documented.get("required")


@pytest.mark.parametrize(("entry", "name"), CASES)
def test_a_description_says_what_one_needs_to_know(documentation: dict[str, Any], entry: str, name: str) -> None:
    """What happens without it, the unit of a number, and each environment variable in the order that they count."""
    option = table_of(entry)[name]
    description = options_of(documentation, entry)[name]["description"]
    text = description if isinstance(description, str) else " ".join(description)
    assert option.default is not None or option.credential or _SAYS_DEFAULT.search(text), text
    assert option.type not in ("int", "float") or _SAYS_UNIT.search(text), text
    assert re.findall(r"E\((HW_\w+|HUAWEICLOUD_\w+|\w+_CA_BUNDLE)\)", text) == list(option.env)
    assert text.rstrip().endswith((".", ")")), text


@pytest.mark.parametrize("name", table_of("lookup modelarts_orders"))
def test_where_the_lookup_finds_an_option(documentation: dict[str, Any], name: str) -> None:
    """The table's environment variables, ini [modelarts] and the variable modelarts_<option>."""
    documented, option = (
        options_of(documentation, "lookup modelarts_orders")[name],
        table_of("lookup modelarts_orders")[name],
    )
    assert [row["name"] for row in documented.get("env", [])] == list(option.env)
    ini = [] if name in CALL_ONLY else [("modelarts", name)]
    assert [(row["section"], row["key"]) for row in documented.get("ini", [])] == ini
    variables = [] if name in CALL_ONLY else [f"modelarts_{name}"]
    assert [row["name"] for row in documented.get("vars", [])] == variables


@pytest.mark.parametrize("entry", [entry for entry in ENTRY_POINTS if entry.startswith("module")])
def test_the_argument_spec_is_the_tables(entry: str) -> None:
    """Types, defaults, secrets marked and nothing else, and the environment as a fallback for all but credentials."""
    spec = _options.argument_spec(ENTRY_POINTS[entry][0])
    for name, option in ENTRY_POINTS[entry][0].items():
        assert spec[name]["type"] == option.type
        assert spec[name].get("default") == option.default
        assert spec[name].get("aliases", []) == list(option.aliases)
        assert spec[name].get("choices") == (list(option.choices) if option.choices else None)
        assert spec[name].get("elements") == option.elements
        assert spec[name]["no_log"] is option.secret
        fallback = list(spec[name]["fallback"][1]) if "fallback" in spec[name] else []
        assert fallback == ([] if option.credential else list(option.env))


@pytest.mark.parametrize("entry", [entry for entry in ENTRY_POINTS if entry.startswith("module")])
def test_a_module_takes_the_table(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it hands to AnsibleModule is the table's argument spec, and it supports check mode."""
    module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{entry.split()[1]}")
    seen: list[dict[str, Any]] = []

    class Stopped(Exception):
        """The module got as far as its argument spec."""

    def note(**given: Any) -> None:
        seen.append(given)
        raise Stopped

    monkeypatch.setattr(module, "AnsibleModule", note)
    with pytest.raises(Stopped):
        module.main()
    assert seen[0]["argument_spec"] == _options.argument_spec(ENTRY_POINTS[entry][0])
    assert seen[0]["supports_check_mode"] is True


def test_every_module_is_in_the_action_group(documentation: dict[str, Any]) -> None:
    """So that module_defaults reach it."""
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = {name.removeprefix(COLLECTION + ".") for kind, name in walk() if kind == "module"}
    assert set(groups["modelarts"]) == modules
    for name in modules:
        attributes = documentation["module"][f"{COLLECTION}.{name}"]["doc"]["attributes"]
        assert attributes["action_group"]["membership"] == [f"{COLLECTION}.modelarts"]


def test_everything_has_an_author_a_version_and_true_samples(documentation: dict[str, Any]) -> None:
    """In every plugin's documentation."""
    for kind, name in walk():
        entry = documentation[kind][name]
        assert entry["doc"].get("author"), name
        assert entry["doc"].get("version_added"), name
        assert samples(entry["return"] or {}) == [], name
