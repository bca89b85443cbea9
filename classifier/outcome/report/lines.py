"""An account and a post, each as one line of the report."""

from __future__ import annotations

from typing import Any

from classifier.outcome.report.words import ACCOUNT_VERDICTS, CATEGORIES, POST_VERDICTS, describe_score


def line_account(account: dict[str, Any]) -> dict[str, Any]:
    chinese, english = ACCOUNT_VERDICTS[account["verdict"]]
    return {
        "name": clip(account["account_name"] or account["account_key"] or "（无名称）", 80),
        "account_id": clip(account["account_id"] or "", 80),
        "verdict": account["verdict"],
        "verdict_zh": chinese,
        "verdict_en": english,
        "score": account["score"],
        "score_zh": describe_score(account["score"])[0],
        "score_en": describe_score(account["score"])[1],
        "n_posts": account["n_posts"],
        "n_scored": account["n_scored"],
        "n_offer": account["n_offer"],
        "n_review": account["n_review"],
        "first": (account["first_post"] or "")[:10],
        "last": (account["last_post"] or "")[:10],
        "reason": account["reason"] or "",
        "reason_en": account["reason_en"] or "",
    }


def line_post(post: dict[str, Any]) -> dict[str, Any]:
    chinese, english = POST_VERDICTS[post["verdict"]]
    category = CATEGORIES.get(post["category"] or "", (post["category"] or "", ""))
    return {
        "post_id": clip(post["post_id"] or "", 80),
        "title": clip(post["title"] or "（无标题）", 120),
        "date": (post["published_at"] or "").replace("T", " ")[:16],
        "url": clip(post["url"] or "", 200),
        "verdict": post["verdict"],
        "verdict_zh": chinese,
        "verdict_en": english,
        "score": post["score"],
        "category": category[0],
        "category_en": category[1],
        "source": f"{clip(post['src_file'] or '', 80)}" + (f"#{post['src_row']}" if post["src_row"] is not None else ""),
        "quotes": [clip(passage["quote"], 200) for passage in post["evidence"][:2]],
    }


def clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
