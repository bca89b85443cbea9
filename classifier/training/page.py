"""
An evaluation as one page that opens offline: tables, two pictures, and the worst errors with their evidence.

``render_page`` only draws what `evaluate` measured. A post is hostile until it is drawn: the template escapes everything and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from classifier.outcome.report.page import show_text
from classifier.outcome.report.words import ACCOUNT_VERDICTS, CATEGORIES, POST_VERDICTS
from classifier.training.card import between, number

# What is shown, in English and in Chinese.
FIGURES = {
    "posts": ("posts measured", "测量用的帖子数"),
    "offers": ("of them offers", "其中揽客帖"),
    "average_precision": ("average precision (1 is perfect)", "平均精度（1 为满分）"),
    "recall_at_precision_95": ("offers found when 95 of 100 finds must be right", "要求每 100 篇判对 95 篇时，能找出的揽客帖比例"),
    "brier": ("Brier score of the probabilities (0 is perfect)", "概率的 Brier 分（0 为满分）"),
    "offer_precision": ("verdict `offer`: share that is right", "判为 `offer` 的帖子中判对的比例"),
    "offer_recall": ("offers with verdict `offer`", "揽客帖中判为 `offer` 的比例"),
    "seen_recall": ("offers with verdict `offer` or `review`", "揽客帖中判为 `offer` 或 `review` 的比例"),
    "false_offer_rate": ("other posts with verdict `offer`", "非揽客帖被判为 `offer` 的比例"),
    "false_review_rate": ("other posts with verdict `review`", "非揽客帖被判为 `review` 的比例"),
    "category_right": ("category right, among offers found", "找出的揽客帖中类别判对的比例"),
}
ACCOUNT_FIGURES = {
    "n": ("accounts measured", "测量用的账号数"),
    "flag_precision": ("verdict `flag`: share that is right", "判为 `flag` 的账号中判对的比例"),
    "flag_recall": ("offering accounts with verdict `flag`", "揽客账号中判为 `flag` 的比例"),
    "seen_recall": ("offering accounts with verdict `flag` or `review`", "揽客账号中判为 `flag` 或 `review` 的比例"),
}
SLICES = {
    "by_category_or_genre": ("by category or genre", "按类别与体裁"),
    "by_length": ("by length", "按长度"),
    "by_era": ("by year", "按年份"),
    "by_source": ("by source", "按来源"),
}
DEVICES = {
    "spaces": "加空格",
    "dots": "加间隔点",
    "hearts": "夹表情",
    "zero_width": "夹零宽字符",
    "full_width": "全角",
    "circled": "圈字母",
    "traditional": "繁体",
    "homophones": "谐音",
    "pinyin": "夹拼音",
    "emoji": "表情代字",
    "mixed": "混用",
}
ERRORS = {
    "protected": ("speech about crypto taken for an offer", "把正当言论当成揽客"),
    "other": ("other posts taken for an offer", "把其他帖子当成揽客"),
    "missed": ("offers nobody would be shown", "漏掉的揽客帖"),
    "category": ("offers of another category", "类别判错的揽客帖"),
    "evidence": ("evidence off the mark", "证据没有落在关键段落上"),
}
# The size of a picture, and the frame its curves are drawn in, in units of the drawing.
WIDTH, HEIGHT = 420, 320
LEFT, RIGHT, TOP, BOTTOM = 44, 408, 14, 280
LISTED_SOURCES = 60


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of what `evaluate` found; ``about`` also says ``labels``, the names of what was measured on."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("classifier.training"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "between": between, "shown": lambda text: show_text(str(text))}
    names = {"figures": FIGURES, "accounts": ACCOUNT_FIGURES, "slices": SLICES, "devices": DEVICES, "errors": ERRORS}
    verdicts = {code: chinese for code, (chinese, _) in (POST_VERDICTS | ACCOUNT_VERDICTS).items()}
    categories = {code: chinese for code, (chinese, _) in CATEGORIES.items()}
    pictures = {"reliability": draw_reliability(figures["reliability"]), "precision_recall": draw_precision_recall(figures["precision_recall"], figures["points"])}
    frame = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
    shown = {"wrong_accounts": wrong_accounts(figures["account_list"]), "sources": worst_slices(figures["by_source"])}
    page = environment.get_template("evaluation.html").render(
        e=figures, names=names, verdicts=verdicts, categories=categories, pictures=pictures, frame=frame, ticks=[(tick / 4, *place(tick / 4, tick / 4)) for tick in range(5)], **shown
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def place(x: float, y: float) -> tuple[float, float]:
    """Return where a point of two shares, 0 to 1, is drawn."""
    return round(LEFT + x * (RIGHT - LEFT), 1), round(BOTTOM - y * (BOTTOM - TOP), 1)


def draw_reliability(bins: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a mark for each part of the scores: ``x, y``, the ends ``low, high`` of its interval, and the count ``n``."""
    marks = []
    for part in bins:
        x, y = place(part["score"], part["offers"])
        low, high = (place(0, end)[1] for end in part["offers_interval"])
        marks.append({"x": x, "y": y, "low": low, "high": high, "n": part["n"], "offers": part["offers"], "score": part["score"]})
    return marks


def draw_precision_recall(curve: Iterable[tuple[float, float]], points: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``line`` of a curve as SVG says it, and a mark for each operating point that calls anything an offer."""
    line = " ".join("{},{}".format(*place(recall, precision)) for recall, precision in curve)
    named = {name: point for name, point in points.items() if point["offer_precision"] is not None and point["offer_recall"] is not None}
    marks = [{"name": name, "x": x, "y": y} for name, point in named.items() for x, y in [place(point["offer_recall"], point["offer_precision"])]]
    return {"line": line, "marks": marks}


def wrong_accounts(accounts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the accounts whose verdict is wrong, in order: honest ones that are flagged, and offering ones that nobody is shown."""
    return [account for account in accounts if (account["verdict"] == "flag") != account["offers"] and not (account["offers"] and account["verdict"] == "review")]


def worst_slices(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Return up to LISTED_SOURCES of *rows*, those first where most is judged wrongly."""

    def wrong(item: tuple[str, Any]) -> float:
        key, row = item
        share: float = 1 - row["seen"] if key.startswith("offer/") else row["seen"]
        return -share

    return dict(sorted(rows.items(), key=wrong)[:LISTED_SOURCES])
