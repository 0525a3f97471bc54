# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times, ages, key names, safe text and hidden secrets."""

from __future__ import annotations

import base64
import datetime
import json
import string
import unicodedata
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import (
    HIDDEN,
    LATEST_MS,
    Redactor,
    duration,
    free_text,
    iso_ms,
    parse_time,
    safe,
    snake_case,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import DAY_MS, NOW_MS
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1682043883000", 1682043883000),
        (" 1682043883000 ", 1682043883000),
        ("0", 0),
        ("100000000000", 100_000_000_000),
        ("253402300799999", LATEST_MS),
        ("2023-04-21T02:24:43Z", 1682043883000),
        ("2023-04-21T02:24:43.5Z", 1682043883500),
        ("2023-04-21 02:24:43,123456789", 1682043883123),
        ("2023-04-21T02:24", 1682043840000),
        ("2023-04-21", 1682035200000),
        ("2023-04-21t02:24:43z", 1682043883000),
        ("2023-04-21T10:24:43+08:00", 1682043883000),
        ("2023-04-21T10:24:43 +0800", 1682043883000),
        ("2023-04-20T22:24:43-0400", 1682043883000),
        ("1969-12-31T23:59:59Z", 0),
        ("0001-01-01T00:00:00+14:00", 0),
        ("0s", NOW_MS),
        ("90s", NOW_MS - 90_000),
        ("45m", NOW_MS - 45 * 60_000),
        ("12h", NOW_MS - 12 * 3_600_000),
        ("7d", NOW_MS - 7 * DAY_MS),
        ("2w", NOW_MS - 14 * DAY_MS),
        ("1.5h", NOW_MS - 5_400_000),
        ("999999999w", 0),
    ],
)
def test_times_and_ages(text: str, expected: int) -> None:
    assert parse_time("since", text, NOW_MS) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "is not a time"),
        ("", "is not a time"),
        ("-5", "is not a time"),
        ("7 d", "is not a time"),
        ("7D", "is not a time"),
        ("1d12h", "is not a time"),
        ("1e12", "is not a time"),
        ("\uff12023-04-21", "is not a time"),
        ("२d", "is not a time"),
        ("2023-04-21T02:24:43Z\x1b[31m\u202e\nred", "is not a time"),
        ("1682043883", "looks like seconds"),
        ("1", "looks like seconds"),
        ("253402300800000", "beyond the year 9999"),
        ("9" * 5000, "beyond the year 9999"),
        ("2023-02-29", "is not a time that exists"),
        ("2023-04-21T24:00:00Z", "is not a time that exists"),
        ("2023-04-21T23:59:60Z", "is not a time that exists"),
        ("2023-04-21T02:24:43+99:00", "is not a time that exists"),
        ("2023-04-21T02:24:43+01:99", "is not a time that exists"),
        ("0000-01-01", "is not a time that exists"),
    ],
)
def test_what_is_no_time_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        parse_time("since", text, NOW_MS)
    assert caught.value.msg.startswith("since")
    assert "7d" in caught.value.msg
    assert len(caught.value.msg) < 260
    assert is_safe(caught.value.msg)


@given(st.integers(1, LATEST_MS))
def test_what_we_write_we_read(ms: int) -> None:
    text = iso_ms(ms)
    assert text is not None
    assert parse_time("since", text, 0) == ms
    expected = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    assert text == expected.isoformat(timespec="milliseconds") + "Z"


offsets = st.integers(-1439, 1439).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))


@given(st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(9999, 12, 30), timezones=offsets))
def test_python_s_own_iso_format_is_read(moment: datetime.datetime) -> None:
    expected = (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(
        milliseconds=1
    )
    assert parse_time("since", moment.isoformat(), 0) == expected


@given(st.integers(0, 999_999), st.sampled_from("smhdw"), st.integers(0, LATEST_MS))
def test_ages_count_back_from_now(number: int, unit: str, now_ms: int) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[unit]
    assert parse_time("since", f"{number}{unit}", now_ms) == max(0, now_ms - number * seconds * 1000)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_one_clear_line(text: str) -> None:
    message = "until"
    try:
        assert 0 <= parse_time("until", text, NOW_MS) <= LATEST_MS
    except InputError as error:
        message = error.msg
    assert message.startswith("until")
    assert is_safe(message)


@pytest.mark.parametrize(
    ("ms", "text"), [(0, None), (-1, None), (LATEST_MS + 1, None), (1, "1970-01-01T00:00:00.001Z")]
)
def test_iso_of_what_is_no_time(ms: int, text: str | None) -> None:
    assert iso_ms(ms) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0s"), (0.9, "0s"), (59.9, "59s"), (60, "1m00s"), (270, "4m30s"), (3599, "59m59s"), (7500, "2h05m")],
)
def test_durations_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("key", "snake"),
    [
        ("nodePool", "node_pool"),
        ("orderName", "order_name"),
        ("HTTPStatusCode", "http_status_code"),
        ("azID", "az_id"),
        ("a1B2", "a1_b2"),
        ("already_snake", "already_snake"),
        ("os.modelarts/order.name", "os_modelarts_order_name"),
        ("items", "items_"),
        ("Keys", "keys_"),
        ("get", "get_"),
        ("__class__", "class"),
        ("", "_"),
        ("$$", "_"),
        ("größe", "größe"),
    ],
)
def test_snake_case(key: str, snake: str) -> None:
    assert snake_case(key) == snake


@given(st.text(max_size=30))
def test_snake_case_of_anything(key: str) -> None:
    snake = snake_case(key)
    assert snake
    assert not hasattr(dict, snake)
    assert not set(snake) & set(string.punctuation.replace("_", "") + string.whitespace + string.ascii_uppercase)
    assert snake_case(snake) == snake


def is_safe(text: str) -> bool:
    """Whether a text is one line without anything that moves a cursor or turns the direction of reading."""
    return not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or character in "\u061c\u200e\u200f\u200b\ufeff\xad"
        for character in text
    )


HOSTILE = st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"]) | st.sampled_from("\x1b\x9b\u202e\u2066\r\n\0")
hostile_text = st.text(HOSTILE | st.characters(), max_size=120)


@given(hostile_text, st.integers(0, 60))
def test_safe_text_is_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    line = safe(text, limit)
    assert is_safe(line)
    assert line.isprintable()
    assert len(line) <= limit
    assert line == line.strip()
    assert safe(line, limit) == line


def test_safe_text_keeps_words_and_says_where_it_was_cut() -> None:
    assert safe("pool 'ü 测试' \t is\r\n\x1b[31mred\x1b[0m\u202e") == "pool 'ü 测试' is [31mred [0m"
    assert safe("x" * 301) == "x" * 297 + "..."
    assert safe("x" * 300) == "x" * 300
    assert len(safe("y" * 10_000_000)) == 300
    assert safe(None) == "None"
    assert safe("visible\U000e0041\U000e0042 end") == "visible end"


CANARY = "0123456789#%&\"\\'<>/+="
canaries = st.text(CANARY, min_size=4, max_size=40)
around = st.text(string.ascii_letters + " \n\t\u202e\x00", max_size=60)


@given(st.lists(canaries, min_size=1, max_size=4), st.lists(around, min_size=5, max_size=5), st.integers(8, 120))
def test_no_secret_survives_nor_a_part_of_one_at_the_cut(secrets: list[str], rest: list[str], limit: int) -> None:
    redactor = Redactor(secrets)
    text = rest[0] + "".join(secret + word + " " for secret, word in zip(secrets, rest[1:]))
    line = redactor.line(text, limit)
    assert not set(line) & set(CANARY), "nothing but secrets is made of these characters"
    assert len(line) <= limit
    assert not any(secret in redactor.hide(text) for secret in secrets)


@given(st.text(min_size=4, max_size=20).filter(lambda secret: not set(secret) & set("*.")), around, st.integers(0, 80))
def test_a_secret_of_any_characters_survives_neither_hiding_nor_cleaning(secret: str, rest: str, limit: int) -> None:
    redactor = Redactor([secret])
    assert secret not in redactor.hide(rest + secret + rest)
    for text in (secret, secret.replace(" ", "\n"), secret.replace(" ", "\x00\u202e")):
        assert secret not in redactor.line(rest + text + rest, limit)


@pytest.mark.parametrize("secret", ['pass"word', "päss wörd", "a/b+c=d", "back\\slash", "new\nline"])
def test_a_secret_that_a_service_quotes_back_is_known_again(secret: str) -> None:
    redactor = Redactor([secret])
    for text in (
        json.dumps({"password": secret}),
        json.dumps({"password": secret}, ensure_ascii=False),
        f"https://iam/?password={urllib.parse.quote(secret, safe='')}",
        urllib.parse.urlencode({"password": secret}),
    ):
        assert HIDDEN in redactor.line(text)
        assert "ss" not in redactor.line(text).replace("password", "").replace("https", "")


def test_a_redactor_learns_and_leaves_short_words_alone() -> None:
    redactor = Redactor(["abc", None, "", "long-secret"])
    assert redactor.secrets == {"long-secret"}
    assert redactor.hide("abc long-secret") == f"abc {HIDDEN}"
    redactor.add("long-secret-and-more", None)
    assert redactor.hide("long-secret-and-more long-secret token") == f"{HIDDEN} {HIDDEN} token"
    redactor.add("token")
    assert redactor.hide("token") == HIDDEN
    assert Redactor().line("plain") == "plain"


LONG = "aB3/xY+9kLmN0pQrStUvWxYz12345678"
ECHOES = {
    "upper case": LONG.upper(),
    "lower case": LONG.lower(),
    "url": urllib.parse.quote(LONG, safe=""),
    "url, small letters": urllib.parse.quote(LONG, safe="").lower(),
    "base64": base64.b64encode(LONG.encode()).decode(),
    "base64 of a login": base64.b64encode(f"user:{LONG}".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(f"u:{LONG}:x".encode()).decode(),
    "hex": LONG.encode().hex().upper(),
    "json": json.dumps(LONG).replace("/", "\\/"),
    "first half": LONG[:16],
    "second half": LONG[16:].upper(),
    "middle": LONG[7:24],
    "half of the base64": base64.b64encode(LONG.encode()).decode()[20:],
}


def longest_common(one: str, other: str) -> int:
    """Return how long the longest piece is that both texts hold, in any case."""
    one, other = one.lower(), other.lower()
    return max(
        (size for size in range(1, len(one) + 1) for at in range(len(one) - size + 1) if one[at : at + size] in other),
        default=0,
    )


@pytest.mark.parametrize("echo", ECHOES.values(), ids=list(ECHOES))
@pytest.mark.parametrize("shape", ["{}", "denied: Bearer {}, sorry", "x{}x", "測試 {} ß"])
def test_echoes_of_a_secret(echo: str, shape: str) -> None:
    redactor = Redactor([LONG])
    for shown in (
        redactor.hide(shape.format(echo)),
        redactor.mask([{"fail_reason": shape.format(echo)}])[0]["fail_reason"],
    ):
        assert HIDDEN in shown
        assert longest_common(shown, echo) < 8
    assert redactor.hide(shape) == shape


@given(st.text(st.characters(codec="utf-8"), min_size=16, max_size=200), st.data())
def test_every_half_of_a_long_secret_is_found(secret: str, data: st.DataObject) -> None:
    half = min(len(secret) // 2, 64)
    begin = data.draw(st.integers(0, len(secret) - half))
    piece = secret[begin : begin + half]
    assert HIDDEN in Redactor([secret]).hide(f"<{piece}>")
    assert HIDDEN in Redactor([secret]).mask({"a": [{"b": piece}]})["a"][0]["b"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(plain, st.text(min_size=4, max_size=12).filter(lambda secret: not set(secret) & set("*")))
def test_masking_replaces_secrets_and_nothing_else(value: Any, secret: str) -> None:
    redactor = Redactor([secret])
    masked = redactor.mask({"rest": value, "deep": [[{"it": f"a {secret} b"}]]})
    assert masked["deep"] == [[{"it": f"a {HIDDEN} b"}]] or "it" in secret.lower()
    assert secret not in repr(list(texts(masked)))
    if not any(HIDDEN in text for text in texts(masked["rest"])):
        assert masked["rest"] == value


def texts(value: Any) -> Iterator[str]:
    """Yield all texts in nested data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts([*value, *value.values()])
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_masking_leaves_data_without_secrets_as_it_is() -> None:
    orders = [{"state": "succeeded", "creation_timestamp": 12345678, "finished": True, "fail_reason": None}]
    assert Redactor(["12345678", "abcdefgh"]).mask(orders) == orders
    assert Redactor(["abcdefgh"]).mask(orders) is orders
    assert Redactor(["s", "ed", "cc", "suc"]).mask(orders) == orders, "too short to be looked for"
    assert Redactor([]).mask(orders) is orders


def test_a_short_secret_blots_out_no_words() -> None:
    redactor = Redactor(["Pool", "test-me"])
    assert redactor.hide("pool POOL Pool TEST-ME test-me") == f"pool POOL {HIDDEN} TEST-ME {HIDDEN}"
    encoded = base64.b64encode(b"Pool").decode()
    assert redactor.hide(f"{encoded} {b'Pool'.hex()}") == f"{encoded} {b'Pool'.hex()}"


def test_the_keys_of_a_result_stay_what_they_are() -> None:
    redactor = Redactor(["orders", "summary", "all_succeeded", LONG])
    result = {"orders": [{"summary": "summary", LONG: 1}], "all_succeeded": True}
    assert redactor.mask(result) == {"orders": [{"summary": HIDDEN, HIDDEN: 1}], "all_succeeded": True}


def test_free_text_keeps_newline_and_tab_and_loses_what_acts() -> None:
    assert free_text("line one\n\tline ü 测试 \U0001f600 two") == "line one\n\tline ü 测试 \U0001f600 two"
    acting = [*range(9), *range(11, 32), *range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F)]
    acting += [*range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF, 0xD800, 0xE0041]
    for code in acting:
        assert free_text(f"a{chr(code)}b\n") == "ab\n", hex(code)


@given(hostile_text)
def test_free_text_is_free_of_controls(text: str) -> None:
    clean = free_text(text)
    acts = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    assert not any(unicodedata.bidirectional(one) in acts for one in clean)
    assert all(one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs", "Zl", "Zp") for one in clean)
    assert free_text(clean) == clean
