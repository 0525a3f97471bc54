# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write down what follows from the table of options and the modules' documentation; ``--check`` only compares.

The table in ``_options.py`` says each option's name, type, default, aliases and environment variables; its description
stands once, in a documentation fragment or in the module that alone has it. Everything else is written by this: types
and the plugins' part in the fragments, the roles' argument specs and tasks, and of the event source the connection
options and the schema.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.options import OPTIONS as EVENTS
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import Option
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.asked import TOLD

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "plugins"
EVENT_SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "modelarts_orders.py"
WIDTH = 120

Table = Mapping[str, Option]
Texts = dict[str, list[str]]

#: What a role's variables are checked for is what the module says: the role itself must let an empty text, and one that
#: Ansible Vault encrypts, pass as what they are.
EMPTY = "an empty text counts as not given."
IN_WORDS = {"int": f"A whole number; {EMPTY}", "float": f"A number; {EMPTY}", "bool": f"V(true) or V(false); {EMPTY}"}
IN_WORDS["raw"] = f"Seconds, or a text such as V(90s), V(45m) or V(2h); {EMPTY}"
ENCRYPTED = "A text, encrypted by Ansible Vault or not."
#: Where a role means something else by an option than its module does.
ROLE_TEXTS = {
    ("order_report", "fields"): [
        "Use only these keys of each order, for instance to keep reasons out of the report. C(state) must be among "
        "them. All keys by default."
    ]
}
RANGES: dict[str, dict[str, Any]] = {
    "timeout": {"exclusiveMinimum": 0, "maximum": 86400},
    "retries": {"minimum": 0, "maximum": 100},
    "interval": {"minimum": 0.1, "maximum": 86400},
    "state_file": {"pattern": "^[^\\u0000]*$"},
}
TEMPLATE = r"\{\{.*\}\}"


def documentation(path: Path, name: str = "DOCUMENTATION") -> dict[str, Any]:
    """Return a documentation that a file holds, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise LookupError(f"{path}: no {name}")


def texts_of(*paths: Path) -> Texts:
    """Return the descriptions of the options that these files document, sentence by sentence."""
    found: Texts = {}
    for path in paths:
        for name, option in documentation(path)["options"].items():
            text = option["description"]
            found[name] = [text] if isinstance(text, str) else list(text)
    return found


# Writing YAML as people do


def paragraph(text: str, indent: int) -> str:
    """Return one item of a description, quoted only where YAML needs it."""
    if yaml.safe_load(f"- {text}\n") != [text]:
        text = json.dumps(text, ensure_ascii=False)
    first, rest = " " * indent + "- ", " " * (indent + 2)
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def described(name: str, texts: Iterable[str], keys: Mapping[str, Any], indent: int) -> str:
    """Return an option with its description and its other keys."""
    pad = " " * indent
    lines = [f"{pad}{name}:", f"{pad}  description:", *(paragraph(text, indent + 4) for text in texts)]
    return "\n".join([*lines, *(f"{pad}  {key}: {scalar(value)}" for key, value in keys.items())])


def scalar(value: Any) -> str:
    """Return a value in the one-line style of YAML."""
    return yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("...\n").strip()


def keys_of(option: Option) -> dict[str, Any]:
    """Return what a documentation says of an option besides its description."""
    given = {"default": option.default, "elements": option.elements}
    lists = {"choices": option.choices, "aliases": option.aliases}
    return {
        "type": option.type,
        **{key: value for key, value in given.items() if value is not None},
        **{key: list(value) for key, value in lists.items() if value},
    }


# The fragments


def fragment(path: Path, table: Table) -> str:
    """Return a fragment's file: descriptions as they are, all else from the table."""
    texts = texts_of(path)
    mine = {name: option for name, option in table.items() if name in texts}
    shared = "\n".join(described(name, texts[name], keys_of(option), 2) for name, option in mine.items())
    plugin = "\n".join(found_at(name, option) for name, option in mine.items())
    text = path.read_text(encoding="utf-8")
    for name, body in (("DOCUMENTATION", shared), ("PLUGIN", plugin)):
        pattern, block = rf'({name} = r"""\noptions:\n)(?:  .*\n)+', f"{body}\n"
        start, dummy, end = re.split(pattern, text, maxsplit=1)
        text = f'{start}{name} = r"""\noptions:\n{block}{end}'
    return text


def found_at(name: str, option: Option) -> str:
    """Return where a lookup finds an option besides its call."""
    env = ["    env:", *(f"      - name: {each}" for each in option.env)] if option.env else []
    ini = ["    ini:", "      - section: modelarts", f"        key: {name}"]
    return "\n".join([f"  {name}:", *env, *ini, "    vars:", f"      - name: modelarts_{name}"])


# The roles


def role_spec(role: str, table: Table, texts: Texts) -> str:
    """Return a role's argument spec: what stands before the module's options stays."""
    path = ROOT / "roles" / role / "meta" / "argument_specs.yml"
    head = path.read_text(encoding="utf-8").split(f"      {role}_{next(iter(table))}:\n")[0]
    return head + "\n".join(variables_of(role, name, option, table, texts) for name, option in table.items()) + "\n"


def variables_of(role: str, name: str, option: Option, table: Table, texts: Texts) -> str:
    """Return the variables of an option: one for its name and one for each alias."""
    known = "|".join(table)
    words = ROLE_TEXTS.get((role, name), texts[name])
    mine = [re.sub(rf"O\(({known})(=[^)]*)?\)", rf"O({role}_\1\2)", text) for text in words]
    kind, suffix = role_type(name, option)
    wins = ", which wins where both are given" if option.type == "list" else ""
    keys = {"type": kind, **({"elements": option.elements} if option.elements else {})}
    variables = [described(f"{role}_{name}", [*mine, *suffix], keys, 6)]
    for alias in option.aliases:
        text = f"Another name of O({role}_{name}){wins}."
        variables.append(described(f"{role}_{alias}", [text, *suffix], keys, 6))
    return "\n".join(variables)


def role_type(name: str, option: Option) -> tuple[str, list[str]]:
    """Return the type of a role's variable, and what its description adds."""
    if option.type in IN_WORDS:
        return "raw", [IN_WORDS[option.type]]
    if option.choices:
        known = [f"V({choice})" for choice in option.choices]
        listed = f"{', '.join(known[:-1])} and {known[-1]} are" if len(known) > 1 else f"{known[0]} is"
        return option.type, [f"{listed} known; {EMPTY}"]
    if name in _options.CONNECTION and option.type == "str":
        return "raw", [ENCRYPTED]
    return option.type, []


def role_tasks(role: str, module: str, table: Table) -> str:
    """Return a role's tasks: each option of the module's task set to its variable, and what a report tells of it."""
    path = ROOT / "roles" / role / "tasks" / "main.yml"
    lines = "".join(f"    {name}: {expression(role, name, option)}\n" for name, option in table.items())
    asked = "".join(f"      {name}: {told(role, name, table[name])}\n" for name in TOLD if name in table)
    text = path.read_text(encoding="utf-8")
    for pattern, block in (
        (rf"(  huaweicloud\.modelarts\.{module}:\n)(?:    .*\n)+", lines),
        (r"(    __order_report_query:\n(?:      .*\n)*?      region: .*\n)(?:      .*\n)+", asked),
    ):
        start, *found = re.split(pattern, text, maxsplit=1)
        text = start + found[0] + block + found[1] if found else text
    return text


def expression(role: str, name: str, option: Option) -> str:
    """Return what stands for an option: its variable, unless that is an empty text; what may be false or 0 stays."""
    variable = f"{role}_{name}"
    if option.type in IN_WORDS:
        return f"\"{{{{ omit if {variable} | default('') in ['', none] else {variable} }}}}\""
    return first_of(role, name, option, "omit", 6)


def told(role: str, name: str, option: Option) -> str:
    """Return what the head of a report tells of a filter: nothing, as an empty text or false, where it is not set."""
    if option.type == "bool":
        return f'"{{{{ {role}_{name} | default(false, true) | bool }}}}"'
    if option.type in IN_WORDS:
        return f"\"{{{{ {role}_{name} | default('') }}}}\""
    return first_of(role, name, option, "''", 8)


def first_of(role: str, name: str, option: Option, otherwise: str, indent: int) -> str:
    """Return an expression for the first of an option's variables that is set."""
    others = (*(f"{role}_{alias}" for alias in option.aliases), otherwise)
    parts = [f"{role}_{name}", *(f"default({other}, true)" for other in others)]
    short, pad = " | ".join(parts), " " * indent
    return f'"{{{{ {short} }}}}"' if len(short) < 100 else f">-\n{pad}{{{{ " + f"\n{pad}   | ".join(parts) + " }}"


# The event source


def event_source(texts: Texts) -> str:
    """Return the event source's file: how to connect is said as it is for the modules."""
    head, text = EVENT_SOURCE.read_text(encoding="utf-8").split(f"  {next(iter(_options.CONNECTION))}:\n", maxsplit=1)
    options = (described(name, texts[name], keys_of(option), 2) for name, option in _options.CONNECTION.items())
    return head + "\n".join([*options, text[text.index('"""') :]])


def schema(texts: Texts) -> str:
    """Return the JSON schema of the event source's arguments; a text may be a template that the rulebook renders."""
    path = EVENT_SOURCE.parent / "schemas" / "modelarts_orders.json"
    properties: dict[str, Any] = {}
    for name, option in EVENTS.items():
        said = re.sub(r"\b[A-Z]\(([^)]*)\)", r"\1", " ".join(texts[name]))
        properties[name] = {"description": said, **shape(name, option)}
        for alias in option.aliases:
            properties[alias] = {"description": f"Another name for {name}.", "$ref": f"#/properties/{name}"}
    names = ([name, *option.aliases] for name, option in EVENTS.items())
    pairs = [
        {"required": [one, other]} for each in names for place, one in enumerate(each) for other in each[place + 1 :]
    ]
    whole = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps({**whole, "properties": properties, "not": {"anyOf": pairs}}, indent=2, ensure_ascii=False) + "\n"


def shape(name: str, option: Option) -> dict[str, Any]:
    """Return the JSON schema of an option's value."""
    found: dict[str, Any] = {"type": ["string", "integer", "null"]}
    if option.type == "bool":
        pattern = rf"^([Tt]rue|[Ff]alse|[Yy]es|[Nn]o|[Oo]n|[Oo]ff|0|1)$|{TEMPLATE}"
        found = {"type": ["boolean", "string", "null"], "pattern": pattern}
    elif option.type == "float":
        found = {"type": ["number", "string", "null"], "pattern": rf"^[0-9]+(\.[0-9]+)?[smhdw]?$|{TEMPLATE}"}
    elif option.type == "int":
        found = {"type": ["integer", "string", "null"], "pattern": rf"^[0-9]+$|{TEMPLATE}"}
    elif option.choices or option.type == "list":
        found = {"anyOf": [*alternatives(option), {"type": "null"}]}
    found |= RANGES.get(name, {})
    return (
        found
        | ({"writeOnly": True} if option.secret else {})
        | ({} if option.default is None else {"default": option.default})
    )


def alternatives(option: Option) -> list[dict[str, Any]]:
    """Return the shapes of a choice or a list."""
    chosen: list[dict[str, Any]] = [{"enum": list(option.choices or ())}, {"type": "string", "pattern": TEMPLATE}]
    if option.type != "list":
        return chosen
    item: dict[str, Any] = {"anyOf": chosen} if option.choices else {"type": ["string", "integer"], "minLength": 1}
    return [{"type": "string", "minLength": 1}, {"type": "array", "items": item, "minItems": 1}]


def written() -> dict[Path, str]:
    """Return the files that this writes, as they should be."""
    fragments = PLUGINS / "doc_fragments"
    connection, filters = fragments / "_connection.py", fragments / "_filters.py"
    modules = PLUGINS / "modules"
    roles: dict[str, tuple[str, Table, Texts]] = {
        "wait_for_orders": (
            "modelarts_order_wait",
            _options.WAIT,
            texts_of(connection, modules / "modelarts_order_wait.py"),
        ),
        "order_report": (
            "modelarts_order_info",
            _options.INFO,
            texts_of(connection, filters, modules / "modelarts_order_info.py"),
        ),
    }
    files = {path: fragment(path, _options.INFO) for path in (connection, filters)}
    for role, (module, table, texts) in roles.items():
        folder = ROOT / "roles" / role
        files[folder / "meta" / "argument_specs.yml"] = role_spec(role, table, texts)
        files[folder / "tasks" / "main.yml"] = role_tasks(role, module, table)
    files[EVENT_SOURCE] = event_source(texts_of(connection))
    files[EVENT_SOURCE.parent / "schemas" / "modelarts_orders.json"] = schema(texts_of(EVENT_SOURCE, connection))
    return files


def main(check: bool, show: Callable[[str], object] = print) -> int:
    """Write the files, or return 1 where one is stale."""
    stale = {path: text for path, text in written().items() if path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        show(f"{path.relative_to(ROOT)}: {'stale, run make options' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
