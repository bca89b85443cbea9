"""
When a post was published, from whatever an exporter wrote.

What is given back is ISO 8601 in Chinese time (+08:00), or a bare date, so that times of one account sort as text.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple

CHINA = timezone(timedelta(hours=8))
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone


class When(NamedTuple):
    """*at*: ISO 8601 or None; *precision*: second, minute, day; *zone*: explicit, epoch, assumed_cst, assumed_utc."""

    at: str | None
    precision: str | None
    zone: str | None


UNKNOWN = When(None, None, None)

_CLOCK = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T_\s]\s*(\d{1,2})[:时：](\d{1,2})(?:分(?!\d))?(?:[:分：](\d{1,2}))?(?:[.,]\d+)?秒?\s*(Z|UTC|(?:UTC|GMT)?[+-]\d{1,2}:?(?:\d{2})?)?)?\s*",
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(UTC[+-]\d{1,2}:\d{2})?")
# 下午 8:05, as phones and spreadsheets in Chinese write it.
_HALF_DAY = re.compile(r"(凌晨|早上|上午|中午|下午|晚上)\s*(\d{1,2})(?=[:时：])")
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
# 刚刚, N分钟前, 昨天 … mean nothing without the moment of the crawl, which no export states: unknown, not guessed.


def read_time(raw: Any, zone: str = "assumed_cst") -> When:
    """
    When *raw* says, or UNKNOWN.

    *zone* is what a time without a zone is taken for: ``assumed_cst`` (+08:00) or ``assumed_utc``.
    Digits count as seconds, milli- or microseconds since 1970, ``YYYYMMDD``, or an Excel serial, by their length.
    """
    if raw is None or raw == "" or isinstance(raw, bool):
        return UNKNOWN
    if isinstance(raw, str):
        return _read_text(raw, zone)
    if isinstance(raw, int | float):
        return _read_number(float(raw), zone)
    if isinstance(raw, datetime):
        if raw.tzinfo is not None:
            return When(_iso(raw), "second", "explicit")
        precision = "day" if not (raw.hour or raw.minute or raw.second) else "second"
        return _naive(raw, precision, zone)
    if isinstance(raw, date):
        return When(raw.isoformat(), "day", zone)
    if isinstance(raw, dict):  # MongoDB's extended JSON: {"$date": …}
        return read_time(raw.get("$date", raw.get("$numberLong")), zone)
    return UNKNOWN


def utc_day(at: str) -> str:
    """The UTC day of a time `read_time` gave."""
    return at if len(at) == 10 else datetime.fromisoformat(at).astimezone(UTC).date().isoformat()


@lru_cache(maxsize=4096)
def _read_text(raw: str, zone: str) -> When:
    text = raw.strip().strip("'\"\t= ")
    if len(text) > 64:
        return UNKNOWN
    clock = _CLOCK.fullmatch(_HALF_DAY.sub(_of_day, text))
    if clock is not None:
        return _read_clock(clock, zone)
    if _DIGITS.fullmatch(text):
        return _read_number(float(text), zone, digits=len(text.split(".")[0].lstrip("-")))
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first is not None:
        day, month, year, hour, minute, second, offset = day_first.groups()
        return _build((year, month, day, hour, minute, second), offset, zone)
    return _read_mail_date(text, zone)


def _of_day(half: re.Match[str]) -> str:
    """The hour of the day, of twenty-four, with a space before it."""
    hour = int(half[2])
    if half[1] in {"下午", "晚上", "中午"}:
        # 晚上 12:00 is midnight; what comes after it is of a day nobody knows.
        late = hour < (10 if half[1] == "中午" else 12) or (half[1], hour) == ("晚上", 12)
        return f" {hour + 12 if late else hour}"
    return f" {0 if hour == 12 else hour}"


def _read_clock(clock: re.Match[str], zone: str) -> When:
    *numbers, offset = clock.groups()
    return _build(tuple(numbers), offset, zone)


def _build(numbers: tuple[str | None, ...], offset: str | None, zone: str) -> When:
    year, month, day, hour, minute, second = numbers
    try:
        # 24:00 is when the next day begins.
        midnight = (int(hour or 0), int(minute or 0), int(second or 0)) == (24, 0, 0)
        moment = datetime(int(year or 0), int(month or 0), int(day or 0), 0 if midnight else int(hour or 0), int(minute or 0), min(int(second or 0), 59))  # noqa: DTZ001
        moment += timedelta(days=midnight)
        if hour is None:
            return When(moment.date().isoformat(), "day", zone)
        precision = "minute" if second is None else "second"
        if offset:
            return When(_iso(moment.replace(tzinfo=_offset(offset))), precision, "explicit")
        return _naive(moment, precision, zone)
    except (ValueError, OverflowError):
        return UNKNOWN


def _offset(text: str) -> timezone:
    text = text.removeprefix("UTC").removeprefix("GMT")
    if text in ("Z", ""):
        return UTC
    digits = re.sub(r"\D", "", text)
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-span if text[0] == "-" else span)


def _read_number(number: float, zone: str, digits: int | None = None) -> When:
    if digits is None:
        digits = len(str(int(abs(number)))) if abs(number) < 1e18 else 99
    try:
        if number <= 0:
            return UNKNOWN
        if digits == 8:
            return _build((f"{number:.0f}"[:4], f"{number:.0f}"[4:6], f"{number:.0f}"[6:], None, None, None), None, zone)
        if digits in (9, 10, 13, 16):
            seconds = number / {9: 1, 10: 1, 13: 1e3, 16: 1e6}[digits]
            return When(_iso(datetime.fromtimestamp(int(seconds), UTC)), "second", "epoch")
        if digits == 5:
            return _read_serial(number, zone)
    except (ValueError, OverflowError, OSError):
        pass
    return UNKNOWN


def _read_serial(number: float, zone: str) -> When:
    if not 20_000 <= number <= 80_000:  # 1954 to 2119
        return UNKNOWN
    moment = _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    return When(moment.date().isoformat(), "day", zone) if number == int(number) else _naive(moment, "second", zone)


def _read_mail_date(text: str, zone: str) -> When:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return UNKNOWN
    try:
        if moment.tzinfo is not None:
            return When(_iso(moment), "second", "explicit")
        return _naive(moment, "second", zone)
    except (ValueError, OverflowError):
        return UNKNOWN


def _naive(moment: datetime, precision: str, zone: str) -> When:
    if precision == "day":
        return When(moment.date().isoformat(), "day", zone)
    return When(_iso(moment.replace(tzinfo=UTC if zone == "assumed_utc" else CHINA)), precision, zone)


def _iso(moment: datetime) -> str:
    return moment.astimezone(CHINA).replace(microsecond=0).isoformat()
