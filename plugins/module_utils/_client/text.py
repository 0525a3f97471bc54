# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Times, ages, key names, and text that is safe to print."""

from __future__ import annotations

import base64
import datetime
import functools
import json
import re
import typing as t
import urllib.parse

from .errors import InputError

# 9999-12-31T23:59:59.999Z: later than this no calendar can say.
LATEST_MS = 253402300799999
# Epoch values below this (March 1973 in ms) are seconds that somebody took for milliseconds.
EARLIEST_MS = 100_000_000_000

_AGE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", re.ASCII)
_AGE_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_TIME_HELP = "give epoch milliseconds, ISO 8601 (2026-11-01T08:00:00Z) or an age before now (90s, 45m, 12h, 7d, 2w)"

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_IDENTIFIER = re.compile(r"\W+")

HIDDEN = "********"


def parse_time(option: str, text: str, now_ms: int) -> int:
    """Return the epoch milliseconds that ``text`` names; ``now_ms`` is where ages count back from.

    Accepts epoch milliseconds, ISO 8601 (without an offset: UTC) and ages. Raises InputError naming ``option``.
    """
    text = str(text).strip()
    age = _AGE.fullmatch(text)
    if age:
        return max(0, now_ms - int(float(age[1]) * _AGE_SECONDS[age[2]] * 1000))
    if text.isascii() and text.isdigit():
        return _epoch_ms(option, text)
    iso = _ISO.fullmatch(text)
    if iso:
        return _iso_to_ms(option, text, iso)
    raise InputError(f"{option}: {safe(text, 60)!r} is not a time: {_TIME_HELP}")


def parse_seconds(option: str, value: t.Any) -> float:
    """Return the seconds that a duration means: a number, or text with a unit (``90s``, ``45m``, ``2h``)."""
    text = str(value).strip()
    span = _AGE.fullmatch(text) or _AGE.fullmatch(f"{text}s")
    if span is None:
        raise InputError(
            f"{option}: {safe(text, 60)!r} is not a duration: give seconds, or a number with a unit (45m, 2h)"
        )
    return float(span[1]) * _AGE_SECONDS[span[2]]


def is_age(text: t.Any) -> bool:
    """Return whether a time counts back from now, and so depends on whose clock is asked."""
    return bool(_AGE.fullmatch(str(text).strip()))


def _epoch_ms(option: str, text: str) -> int:
    value = int(text) if len(text) < 20 else LATEST_MS + 1
    if value > LATEST_MS:
        raise InputError(f"{option}: {safe(text, 60)} lies beyond the year 9999: {_TIME_HELP}")
    if 0 < value < EARLIEST_MS:
        raise InputError(f"{option}: {text} looks like seconds, the API counts in milliseconds: {_TIME_HELP}")
    return value


def _iso_to_ms(option: str, text: str, match: re.Match[str]) -> int:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micros = int((fraction or "0").ljust(6, "0")[:6])
    try:
        moment = datetime.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros, _zone(offset)
        )
        return max(0, (moment - _EPOCH) // datetime.timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        raise InputError(f"{option}: {text!r} is not a time that exists: {_TIME_HELP}") from None


def _zone(offset: str | None) -> datetime.timezone:
    if offset is None or offset in "Zz":
        return datetime.timezone.utc
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:
        raise ValueError("an hour has 60 minutes")
    delta = datetime.timedelta(hours=hours, minutes=minutes)
    return datetime.timezone(-delta if offset[0] == "-" else delta)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def iso_ms(ms: int) -> str | None:
    """Return ``ms`` since the epoch as ISO 8601 UTC with milliseconds; None for 0, which the API uses for "not yet"."""
    if ms <= 0 or ms > LATEST_MS:
        return None
    minutes, millis = divmod(ms, 60_000)
    return f"{_iso_minute(minutes)}:{millis // 1000:02d}.{millis % 1000:03d}Z"


@functools.lru_cache(maxsize=4096)
def _iso_minute(minutes: int) -> str:
    # Orders of a busy project share days and hours: this spares a calendar computation for each of three times a row.
    days, minute = divmod(minutes, 1440)
    return f"{_iso_day(days)}T{minute // 60:02d}:{minute % 60:02d}"


@functools.lru_cache(maxsize=64)
def _iso_day(days: int) -> str:
    return (_EPOCH + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def duration(seconds: float) -> str:
    """Return a duration in seconds as people say it: ``45s``, ``4m30s``, ``2h05m``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


@functools.lru_cache(maxsize=1024)
def snake_case(name: str) -> str:
    """Return an API key in snake_case; never one that hides a dict method in Jinja (``items`` becomes ``items_``)."""
    snake = _NO_IDENTIFIER.sub("_", _CAPITAL.sub("_", name)).strip("_").lower() or "_"
    return snake + "_" if hasattr(dict, snake) else snake


def safe(text: t.Any, limit: int = 300) -> str:
    """Return text from outside as one printable line of at most ``limit`` characters."""
    return _cut(_one_line(text, limit), limit)


def _one_line(text: t.Any, limit: int) -> str:
    # Not printable are controls, which move a terminal's cursor or break a line; bidi, zero-width and tag characters,
    # which make text read differently than it is; and lone surrogates. Cut first: the text may be megabytes long.
    head = str(text)[: limit * 4 + 64]
    return " ".join("".join(one if one.isprintable() else " " for one in head).split())


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else (line[: max(0, limit - 3)] + "...")[:limit]


def free_text(text: str) -> str:
    """Return free text from outside, whole, without what acts on a terminal or makes text read differently than it is.

    Newline and tab stay. C0 and C1 controls, bidi controls, line separators, tag characters and lone surrogates go.
    """
    return text if _PLAIN.fullmatch(text) else _ACTS.sub("", text)


_PLAIN = re.compile(r"[\t\n\x20-\x7e]*")
_ACTS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)


class Redactor:
    """Takes known secrets out of texts and results.

    Found are secrets of SHORTEST characters and more, also quoted and URL-encoded; of NO_WORD characters and more in
    any case, in base64 and hex too; and of long ones each piece that is half of one or longer.
    """

    # Shorter values would blot out ordinary words, and are no secrets.
    SHORTEST = 4
    # Shorter values may be a word in another spelling.
    NO_WORD = 8
    # The keys of a result are words as well: only what is longer is replaced in them.
    NO_KEY = 16

    def __init__(self, secrets: t.Iterable[str | None] = ()) -> None:
        # All secrets known so far: what a module adds to ansible's own masking.
        self.secrets: frozenset[str] = frozenset()
        self._spellings: tuple[_Spelling, ...] = ()
        self.add(*secrets)

    def add(self, *secrets: str | None) -> None:
        """Learn further secrets, for instance a token that IAM just gave."""
        new = {value for value in secrets if value and len(value) >= self.SHORTEST} - self.secrets
        self.secrets |= new
        known = {spelling.exactly or spelling.text: spelling for spelling in self._spellings}
        for value in new:
            for text in _spellings(value, len(value) >= self.NO_WORD):
                exactly = None if len(value) >= self.NO_WORD else text
                known.setdefault(exactly or _folded(text), _Spelling(_folded(text), exactly))
        self._spellings = tuple(known.values())

    def hide(self, text: str, shortest: int = SHORTEST) -> str:
        """Return ``text`` with every known secret of so many characters replaced."""
        folded = _folded(text)
        spellings = (spelling for spelling in self._spellings if len(spelling.text) >= shortest)
        spans = sorted(span for spelling in spellings for span in spelling.spans(folded, text))
        parts, end = [], 0
        for first, last in spans:
            if first >= end:
                parts += [text[end:first], HIDDEN]
            end = max(end, last)
        return "".join((*parts, text[end:])) if spans else text

    def line(self, text: t.Any, limit: int = 300) -> str:
        """Return text from outside as one safe line.

        Secrets are hidden before a cut could leave half of one, and again once blanks have been put in order.
        """
        return _cut(self.hide(_one_line(self.hide(str(text)), limit)), limit)

    def mask(self, value: t.Any) -> t.Any:
        """Return nested data with every known secret replaced; data that holds none comes back as it is.

        In keys only long ones are replaced: keys are words that somebody relies on. Numbers, truth values and null stay
        what they are.
        """
        if isinstance(value, str):
            return self.hide(value)
        if not isinstance(value, (dict, list, tuple)) or not self._occurs(value):
            return value
        if isinstance(value, dict):
            return {self.hide(str(key), self.NO_KEY): self.mask(inner) for key, inner in value.items()}
        return [self.mask(inner) for inner in value]

    def _occurs(self, value: t.Any) -> bool:
        # One search of all text at once: far cheaper than a walk, and nearly always the answer is no.
        text = json.dumps(value, ensure_ascii=False, default=str).casefold()
        return any(block in text for spelling in self._spellings for block in spelling.quoted_blocks)


class _Spelling:
    """One spelling of a secret, folded, and the blocks of it of which every piece worth hiding holds one.

    A short one counts where it stands ``exactly`` so.
    """

    def __init__(self, text: str, exactly: str | None) -> None:
        self.text = text
        self.exactly = exactly
        half = len(text) // 2
        # A piece of a short one might well be a word; half of a token of thousands is more than a line shows.
        self._least = min(half, max(64, half // 8)) if half >= _SHORTEST_PIECE else len(text)
        size = (self._least + 1) // 2 if self._least < len(text) else len(text)
        self._blocks = [(place, text[place : place + size]) for place in range(0, len(text) - size + 1, size)]
        self.quoted_blocks = [json.dumps(block, ensure_ascii=False)[1:-1].casefold() for dummy, block in self._blocks]

    def spans(self, folded: str, text: str) -> t.Iterator[tuple[int, int]]:
        """Yield where in a text, given folded as well, this spelling or a piece of it to be hidden begins and ends."""
        for place, block in self._blocks:
            found = folded.find(block)
            while found >= 0:
                first, last = self._grown(folded, found, place, len(block))
                if last - first >= self._least and self.exactly in (None, text[first:last]):
                    yield first, last
                found = folded.find(block, found + 1)

    def _grown(self, folded: str, found: int, place: int, size: int) -> tuple[int, int]:
        """Return the whole piece around a block that was found."""
        first, last, shift = found, found + size, place - found
        while first > 0 and first + shift > 0 and folded[first - 1] == self.text[first + shift - 1]:
            first -= 1
        while last < len(folded) and last + shift < len(self.text) and folded[last] == self.text[last + shift]:
            last += 1
        return first, last


_SHORTEST_PIECE = 8


def _folded(text: str) -> str:
    """Return text in lower case, each character at its place."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _spellings(secret: str, encoded_too: bool) -> set[str]:
    """Return a secret as it is, and as it looks where a service quotes our own JSON, address or Basic login."""
    quoted = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    encoded = secret.encode("utf-8", "surrogatepass")
    addresses = urllib.parse.quote(encoded, safe=""), urllib.parse.quote(encoded), urllib.parse.quote_plus(encoded)
    found = {secret, *quoted, quoted[1].replace("/", "\\/"), *addresses}
    return found | {encoded.hex(), *_in_base64(encoded)} if encoded_too else found


def _in_base64(encoded: bytes) -> t.Iterator[str]:
    """Yield how the bytes look in base64, alone or at any place in more; not the characters that neighbours share."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + encoded).decode().rstrip("=")
        begin, end = -(-before * 4 // 3), (before + len(encoded)) * 4 // 3
        inner = text[begin:end]
        yield inner
        yield inner.translate(_URL_SAFE)


_URL_SAFE = str.maketrans("+/", "-_")
