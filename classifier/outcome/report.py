"""
The report on a scored folder, first as plain data, then as one page that opens offline.

``build_report`` counts, orders and cuts the excerpts; nothing in it knows HTML. ``render_page`` only draws.
A post is hostile until it is drawn: the template escapes everything, an address is text and never a link, and
characters that hide or turn text round are shown by name.
"""

import base64
import datetime as dt
import hashlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from classifier.errors import RunError
from classifier.language.mask import mask_all
from classifier.outcome.columns import TEXT_COLUMNS
from classifier.outcome.score import in_parts
from classifier.outcome.tables import find_table, iterate_arrow, iterate_rows, write_text

# What a page can hold and a person can read. The tables hold everything.
DETAILED_ACCOUNTS = 300
LISTED_ACCOUNTS = 1000
LISTED_POSTS = 40
LISTED_LEADS = 14
NAMED_ACCOUNTS = 3
PASSAGES = 3
# A passage that carries less than this share of the strongest one's weight is not shown.
LEAST_SHARE = 0.15
CHARACTERS_BEFORE = 70
CHARACTERS_AFTER = 110
BINS = 20

ACCOUNT_VERDICTS = {
    "flag": ("建议优先查看", "suggested to look at first"),
    "review": ("需人工看", "a person should look"),
    "clear": ("未见问题", "nothing found"),
    "abstain": ("无法判断", "cannot be judged"),
}
POST_VERDICTS = {"offer": ("揽客", "offer"), "review": ("待看", "to read"), "clear": ("未见问题", "clear"), "": ("未评分", "not judged")}
CATEGORIES = {
    "exchange": ("交易平台", "exchange"),
    "otc": ("场外兑换", "over the counter"),
    "token_sale": ("代币发行", "token sale"),
    "signals": ("带单跟单", "signals"),
    "yield_mining": ("挖矿理财", "yield and mining"),
}
LEAD_KINDS = {
    "wechat": ("微信", "WeChat"),
    "qq": ("QQ", "QQ"),
    "qq_group": ("QQ群", "QQ group"),
    "telegram": ("电报", "Telegram"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "e-mail"),
    "alipay": ("支付宝", "Alipay"),
    "bank_card": ("银行卡", "bank card"),
    "btc": ("比特币地址", "BTC address"),
    "eth": ("以太坊地址", "ETH address"),
    "tron": ("波场地址", "TRON address"),
    "referral_code": ("邀请码", "referral code"),
    "referral_link": ("邀请链接", "referral link"),
    "domain": ("域名", "domain"),
    "venue": ("平台", "venue"),
    "app": ("应用", "app"),
}
BODY_STATES = {
    "full": ("正文完整", "full"),
    "truncated": ("正文被截断", "cut short"),
    "excerpt": ("只有节选", "an excerpt only"),
    "digest_only": ("只有摘要", "a digest only"),
    "title_only": ("只有标题", "a title only"),
    "link_only": ("只有链接", "a link only"),
    "empty": ("正文为空", "empty"),
    "paywalled": ("付费内容", "behind a paywall"),
    "fetch_failed": ("抓取失败", "could not be fetched"),
    "deleted": ("已被删除", "deleted"),
    "violation": ("因违规不可见", "removed for a violation"),
    "unavailable": ("无法查看", "unavailable"),
    "pictures_only": ("只有图片", "pictures only"),
}
REJECT_REASONS = {
    "duplicate": ("重复的帖子", "duplicate of a post that was kept"),
    "service": ("系统消息或模板消息", "service message"),
    "unreadable": ("无法读取", "unreadable"),
    "unrecognised": ("无法识别的文件", "file not recognised"),
    "not_posts": ("不是帖子的文件", "a file of something else than posts"),
    "mojibake": ("编码已损坏的文件", "a file whose characters were lost"),
    "heading": ("重复的表头", "the heading again"),
    "personal": ("个人聊天，不读取", "a personal chat, never read"),
    "no_text": ("没有文字", "no words"),
    "empty": ("没有帖子的空文件", "a file or archive without a post"),
    "not_an_export": ("不是导出：图片、样式、脚本，或本工具的结果", "not an export: pictures, styles, scripts, or results of this tool"),
}
# For these, where it stands says enough; for the others its beginning says why.
SHOWN_WITHOUT_EXCERPT = {"duplicate", "service", "heading", "personal"}
# Read from the top: the first that the score reaches.
SCORE_WORDS = ((0.9, ("极高", "very high")), (0.7, ("高", "high")), (0.4, ("中等", "middling")), (0.1, ("较低", "low")), (0.0, ("很低", "very low")))


def write_report(folder: str | Path) -> Path:
    """
    Return the path of ``report.html``, written anew from the tables of a scored *folder*.

    Raises RunError if the folder lacks a table or the page cannot be written. The message names the file.
    """
    path = Path(folder) / "report.html"
    write_text(path, render_page(build_report(folder)))
    return path


# ---------------------------------------------------------------- the report as data


def build_report(folder: str | Path) -> dict[str, Any]:
    """
    Return the report on a scored *folder* as plain data: texts, numbers, lists and dicts.

    ``accounts`` are the worst, in full; ``rest`` the others, a line each; ``counts`` say what is in neither.
    The tables are read in pieces: memory grows with the accounts and with what is shown, not with the posts.

    Raises RunError if a table or run.json is missing or damaged. The message names the file.
    """
    run = _read_run(Path(folder))
    accounts = _order_accounts(iterate_rows(folder, "accounts"))
    shown = [account for account in accounts if account["verdict"] in {"flag", "review"}][:DETAILED_ACCOUNTS]
    posts = _survey_posts(folder, shown)
    _add_texts(folder, shown, reveal=run["reveal"])
    _add_leads(folder, shown, accounts)
    rejects = _survey_rejects(folder)
    posts["files"] = len(posts["files"] | rejects.pop("files"))
    rest = [account for account in accounts if not account.get("posts")]
    return {
        "run": run,
        "counts": {
            "accounts": len(accounts),
            "verdicts": {verdict: sum(account["verdict"] == verdict for account in accounts) for verdict in ACCOUNT_VERDICTS},
            "posts": posts["posts"],
            "post_verdicts": posts["verdicts"],
            "rejects": rejects["rejects"],
            "rows_read": run["rows_read"] if run["rows_read"] is not None else posts["posts"] + rejects["rejects"],
            "files": posts["files"],
            "posts_file": find_table(folder, "posts").name,
            "accounts_file": find_table(folder, "accounts").name,
            "leads_file": find_table(folder, "leads").name,
            "rejects_file": find_table(folder, "rejects").name,
        },
        "distribution": {"accounts": _count_scores(accounts), "posts": posts["scores"]},
        "accounts": [_detail_account(account) for account in shown],
        "rest": [_line_account(account) for account in rest[:LISTED_ACCOUNTS]],
        "rest_left_out": max(len(rest) - LISTED_ACCOUNTS, 0),
        "detail_left_out": sum(account["verdict"] in {"flag", "review"} for account in rest),
        "not_judged": _name_counts(posts["not_judged"], BODY_STATES | {"full": ("有正文但文字太少", "a body, but too few words")}),
        "judged_in_part": _name_counts(posts["judged_in_part"], BODY_STATES),
        "rejects": [row | {"examples": rejects["examples"][row["code"]]} for row in _name_counts(rejects["reasons"], REJECT_REASONS)],
    }


def _read_run(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        run = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}; give a folder that `bijian score` wrote") from error
    if not isinstance(run, dict):
        raise RunError(f"{path} is not a JSON object; score the export again")
    model = run.get("model") if isinstance(run.get("model"), dict) else {"name": run.get("model")}
    counts = run.get("counts") if isinstance(run.get("counts"), dict) else {}
    promise = run.get("promise") if isinstance(run.get("promise"), list) else []
    options = run.get("options")
    assert isinstance(model, dict)
    assert isinstance(counts, dict)
    assert isinstance(promise, list)
    return {
        "version": _plain(run.get("version")),
        "started": _plain(run.get("started")),
        "model": {name: _plain(model.get(name)) for name in ("name", "digest", "trained_on")},
        "rows_read": counts.get("rows_read") if isinstance(counts.get("rows_read"), int) else None,
        "reveal": isinstance(options, dict) and options.get("reveal") is True,
        "operating_point": _pairs(run.get("operating_point")),
        "options": _pairs(options),
        "timings": _pairs(run.get("timings")),
        "promise": [{name: row.get(name) for name in ("share_of_offers", "precision", "recall", "posts_to_read")} for row in promise if isinstance(row, dict)],
    }


def _plain(value: Any) -> str:
    """A value of run.json as text: a number short, a list or object as JSON."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _pairs(value: Any) -> list[dict[str, str]]:
    if isinstance(value, Mapping):
        return [{"name": str(name), "value": _plain(part)} for name, part in value.items() if part not in (None, [], {}, "")]
    return [{"name": "", "value": _plain(value)}] if value not in (None, "") else []


def _order_accounts(accounts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The accounts as dicts, worst first, also when somebody has sorted the file by another column since."""
    # What nobody could judge is less settled than what was found clear.
    ranks = {"flag": 0, "review": 1, "abstain": 2, "clear": 3}
    rows = [_complete(row, ACCOUNT_NEEDS) for row in accounts]
    for row in rows:
        row["verdict"] = row["verdict"] if row["verdict"] in ranks else "abstain"
    return sorted(rows, key=lambda row: (ranks[row["verdict"]], -(row["score"] if row["score"] is not None else -1.0)))


ACCOUNT_NEEDS: dict[str, Any] = {
    "account_id": None,
    "account_key": None,
    "account_name": None,
    "verdict": None,
    "score": None,
    "n_posts": 0,
    "n_scored": 0,
    "n_offer": 0,
    "n_review": 0,
    "categories": [],
    "first_post": None,
    "last_post": None,
    "top_posts": [],
    "reason": None,
    "reason_en": None,
}
# What is read of every post; the text, only of those that are shown.
SURVEYED = tuple(name for name in TEXT_COLUMNS if name != "text")


def _complete(row: dict[str, Any], needs: dict[str, Any]) -> dict[str, Any]:
    """*row* with every column of *needs*, its missing ones at their default."""
    return {name: default if _missing(row.get(name)) else row[name] for name, default in needs.items()}


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


# account_key and post_id: two accounts may use one post_id.
Place = tuple[str, str]


def _survey_posts(folder: str | Path, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """
    Count all posts of *folder*, and give each of the *shown* accounts its ``posts`` that are not clear and its ``days``.

    ``days`` counts posts by day and verdict. A post keeps its ``position`` in texts.parquet, where its text will be found.
    """
    by_key = {account["account_key"]: account for account in shown}
    for account in shown:
        account.update(posts=[], days=Counter(), n_listed=0)
    totals: dict[str, Counter[Any]] = {name: Counter() for name in ("verdict", "body_state", "src_file")}
    scores = _no_scores(POST_VERDICTS)
    position = 0
    for rows in iterate_arrow(folder, "texts", SURVEYED):
        verdicts = pc.fill_null(rows["verdict"], "")
        totals["verdict"].update(_counted(verdicts))
        totals["src_file"].update(_counted(rows["src_file"]))
        for verdict in POST_VERDICTS:
            own = rows.select(("body_state", "score")).filter(pc.equal(verdicts, verdict))
            totals["body_state"].update({(bool(verdict), state or "full"): count for state, count in _counted(own["body_state"]).items()})
            for score, count in _counted(pc.floor(pc.multiply(own["score"], BINS))).items():
                if score is not None:
                    scores[min(max(int(score), 0), BINS - 1)][verdict] += count
        of_shown = pc.is_in(rows["account_key"], pa.array(list(by_key), pa.string()))
        dated = rows.select(("account_key", "published_at", "verdict")).filter(pc.and_(of_shown, pc.is_valid(rows["published_at"])))
        for key, published, verdict in zip(*(column.to_pylist() for column in dated.columns), strict=True):
            if day := _day(published):
                by_key[key]["days"][day, verdict or ""] += 1
        listed = pc.and_(pc.is_in(verdicts, pa.array(["offer", "review"])), of_shown)
        places = np.flatnonzero(listed.to_numpy(zero_copy_only=False))
        for place, post in zip(places.tolist(), rows.take(places).to_pylist(), strict=True):
            _give_post(by_key[post["account_key"]], post | {"position": position + place})
        position += len(rows)
    states = totals["body_state"]
    return {
        "posts": position,
        "verdicts": {verdict: totals["verdict"][verdict] for verdict in POST_VERDICTS},
        "files": set(totals["src_file"]) - {None, ""},
        "not_judged": Counter({state: count for (judged, state), count in states.items() if not judged}),
        "judged_in_part": Counter({state: count for (judged, state), count in states.items() if judged and state != "full"}),
        "scores": scores,
    }


def _counted(values: pa.ChunkedArray) -> dict[Any, int]:
    return {value["values"]: value["counts"] for value in pc.value_counts(values).to_pylist()}


def _give_post(account: dict[str, Any], post: dict[str, Any]) -> None:
    account["n_listed"] += 1
    account["posts"].append(post | {"evidence": post["evidence"] or []})
    if len(account["posts"]) > 8 * LISTED_POSTS:
        account["posts"] = _strongest_posts(account)


def _strongest_posts(account: dict[str, Any]) -> list[dict[str, Any]]:
    ranks = {post_id: rank for rank, post_id in enumerate(account["top_posts"])}
    ordered = sorted(account["posts"], key=lambda post: (ranks.get(post["post_id"], len(ranks)), post["verdict"] != "offer", -(post["score"] or 0.0)))
    return ordered[:LISTED_POSTS]


def _day(published_at: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return None


def _bin(score: float) -> int:
    return min(max(int(score * BINS), 0), BINS - 1)


def _no_scores(verdicts: Iterable[str]) -> list[dict[str, int]]:
    return [dict.fromkeys(verdicts, 0) for _ in range(BINS)]


def _count_scores(accounts: list[dict[str, Any]]) -> list[dict[str, int]]:
    scores = _no_scores(ACCOUNT_VERDICTS)
    for account in accounts:
        if account["score"] is not None and account["verdict"] != "abstain":
            scores[_bin(account["score"])][account["verdict"]] += 1
    return scores


def _add_texts(folder: str | Path, shown: list[dict[str, Any]], *, reveal: bool) -> None:
    """
    Choose the ``passages`` of the *shown* accounts, and give those of their posts that are listed their ``title``, those that are quoted their ``text``.

    Both are as read, or empty; personal contacts are masked unless *reveal*.
    """

    def give(posts: list[dict[str, Any]], name: str, words: list[str | None]) -> None:
        whole = [text or "" for text in words]
        masked = whole if reveal else [text for part in in_parts(whole, len) for text in mask_all(part)]
        for post, text in zip(posts, masked, strict=True):
            post[name] = text

    quoted: dict[int, dict[str, Any]] = {}
    for account in shown:
        account["posts"] = [post | {"masked": []} for post in _strongest_posts(account)]
        account["passages"] = _choose_passages(account["posts"])
        quoted |= {post["position"]: post for post, passages in account["passages"] if passages[0]["field"] != "title"}
    listed = [post for account in shown for post in account["posts"]]
    give(listed, "title", [post["title"] for post in listed])
    begin = 0
    for rows in iterate_arrow(folder, "texts", ("text",)) if quoted else ():
        here = [position for position in range(begin, begin + len(rows)) if position in quoted]
        # Typed: of no places at all Arrow would not know what they are.
        places = pa.array([position - begin for position in here], pa.int64())
        give([quoted[position] for position in here], "text", rows["text"].take(places).to_pylist())
        begin += len(rows)


LeadName = tuple[str, str]


class _Use(NamedTuple):
    """How an account uses a lead: in how many posts, the last of them, and what its check digits say."""

    n_posts: int
    last: str
    checksum: bool | None


def _add_leads(folder: str | Path, shown: list[dict[str, Any]], accounts: list[dict[str, Any]]) -> None:
    """
    Give each of the *shown* accounts its ``leads``, most used first; a lead that can be compared says which other accounts use it.

    Each shown post gets the places of its ``masked`` leads: texts.parquet is as read, and what the tables hide must not stand in an excerpt.
    The table is read twice: memory grows with the leads of what is shown, not with all of them.
    """
    by_key = {account["account_key"]: account for account in shown}
    own: dict[str, dict[LeadName, _Use]] = {key: {} for key in by_key}
    shown_posts: dict[Place, list[dict[str, Any]]] = {}
    for account in shown:
        for post in account.get("posts", ()):
            shown_posts.setdefault((post["account_key"], post["post_id"]), []).append(post)
    for lead in _each_lead(folder):
        if (uses := own.get(lead["account_key"])) is None:
            continue
        if "•" in lead["value"]:
            for post in shown_posts.get((lead["account_key"], lead["post_id"]), ()):
                post["masked"].append((lead["field"], lead["start"], lead["end"], lead["value"]))
        name = _name_of(lead)
        before = uses.get(name)
        # The leads of a post stand together.
        again = before is not None and before.last == lead["post_id"]
        uses[name] = _Use((before.n_posts if before else 0) + (not again), lead["post_id"], None if _missing(lead["checksum"]) else bool(lead["checksum"]))
    users = _users(folder, {name for uses in own.values() for name in uses}, accounts)
    for account in shown:
        leads = [_detail_lead(account, name, use, users.get(name, []), accounts) for name, use in own[account["account_key"]].items()]
        account["leads"] = sorted(leads, key=lambda lead: (-lead["n_others"], -lead["n_posts"], lead["kind"], lead["value"]))


def _each_lead(folder: str | Path) -> Iterator[dict[str, Any]]:
    return (lead for lead in iterate_rows(folder, "leads") if not _missing(lead["value"]))


def _name_of(lead: dict[str, Any]) -> LeadName:
    return str(lead["kind"]), str(lead["value"])


def _users(folder: str | Path, names: set[LeadName], accounts: list[dict[str, Any]]) -> dict[LeadName, list[int]]:
    """Return for each of *names* that can be compared the accounts that use it, by their places in *accounts*, in the order they do."""
    # Two masked values may look alike and be two people's; that two name the same venue says nothing about either.
    compared = {name for name in names if "•" not in name[1] and name[0] != "venue"}
    places = {account["account_key"]: place for place, account in enumerate(accounts)}
    users: dict[LeadName, dict[int, None]] = {name: {} for name in compared}
    for lead in _each_lead(folder) if compared else ():
        name, place = _name_of(lead), places.get(lead["account_key"])
        if name in compared and place is not None:
            users[name][place] = None
    return {name: list(found) for name, found in users.items()}


def _detail_lead(account: dict[str, Any], name: LeadName, use: _Use, users: list[int], accounts: list[dict[str, Any]]) -> dict[str, Any]:
    kind, value = name
    # The first few are named; a venue may be in thousands of accounts, so that each must not look at all of them.
    others = [str(accounts[user]["account_name"] or "") for user in users[: NAMED_ACCOUNTS + 1] if accounts[user] is not account][:NAMED_ACCOUNTS]
    chinese, english = LEAD_KINDS.get(kind, (kind, kind))
    lead = {"kind": chinese, "kind_en": english, "value": _clip(value, 120), "n_posts": use.n_posts, "checksum": use.checksum}
    return lead | {"n_others": max(len(users) - 1, 0), "others": [_clip(other, 40) for other in others]}


def _survey_rejects(folder: str | Path) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    files: set[str] = set()
    for reject in iterate_rows(folder, "rejects"):
        reason = str(reject["reason"] or "")
        reasons[reason] += 1
        source = str(reject["src_file"] or "")
        files.add(source)
        some = examples.setdefault(reason, [])
        if len(some) < 3:
            where = _clip(source, 80) + ("" if _missing(reject["src_row"]) else f"#{reject['src_row']}")
            excerpt = "" if reason in SHOWN_WITHOUT_EXCERPT else reject["excerpt"] or ""
            some.append(where + (f" {_clip(excerpt, 100)}" if excerpt else ""))
    return {"rejects": reasons.total(), "reasons": reasons, "examples": examples, "files": files - {""}}


def _name_counts(counts: Counter[str], names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    named = []
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        chinese, english = names.get(code, (code or "未说明", code or "not said"))
        named.append({"code": code, "chinese": chinese, "english": english, "count": count})
    return named


def _line_account(account: dict[str, Any]) -> dict[str, Any]:
    chinese, english = ACCOUNT_VERDICTS[account["verdict"]]
    return {
        "name": _clip(account["account_name"] or account["account_key"] or "（无名称）", 80),
        "account_id": _clip(account["account_id"] or "", 80),
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


def _detail_account(account: dict[str, Any]) -> dict[str, Any]:
    posts = account["posts"]
    return _line_account(account) | {
        "categories": [dict(zip(("chinese", "english"), CATEGORIES.get(code, (code, code)), strict=True)) for code in account["categories"]],
        "timeline": gather_timeline(account["days"]),
        "passages": [_show_passages(post, passages) for post, passages in account["passages"]],
        "posts": [_line_post(post) for post in posts],
        "posts_left_out": account["n_listed"] - len(posts),
        "leads": account["leads"][:LISTED_LEADS],
        "leads_left_out": max(len(account["leads"]) - LISTED_LEADS, 0),
    }


def _line_post(post: dict[str, Any]) -> dict[str, Any]:
    chinese, english = POST_VERDICTS[post["verdict"]]
    category = CATEGORIES.get(post["category"] or "", (post["category"] or "", ""))
    return {
        "post_id": _clip(post["post_id"] or "", 80),
        "title": _clip(post["title"] or "（无标题）", 120),
        "date": (post["published_at"] or "").replace("T", " ")[:16],
        "url": _clip(post["url"] or "", 200),
        "verdict": post["verdict"],
        "verdict_zh": chinese,
        "verdict_en": english,
        "score": post["score"],
        "category": category[0],
        "category_en": category[1],
        "source": f"{_clip(post['src_file'] or '', 80)}" + (f"#{post['src_row']}" if post["src_row"] is not None else ""),
        "quotes": [_clip(passage["quote"], 200) for passage in post["evidence"][:2]],
    }


def describe_score(score: float | None) -> tuple[str, str]:
    """Return how likely *score* is, in Chinese and English words; of None, that it was not scored."""
    if score is None:
        return ("未评分", "not scored")
    return next((words for least, words in SCORE_WORDS if score >= least), SCORE_WORDS[-1][1])


def _choose_passages(posts: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """
    The strongest passages of an account's *posts*, each with its post and each different: offers first, then by weight; weak ones are left out.

    Those of one title or text make one excerpt. One excerpt from each post before a second from any: an account repeats
    itself, and three posts say more than one.
    """
    least = LEAST_SHARE * max((passage["weight"] for post in posts for passage in post["evidence"]), default=0.0)
    candidates: dict[tuple[int, str], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for post in posts:
        for passage in post["evidence"]:
            if passage["weight"] >= least or passage.get("list"):
                candidates.setdefault((post["position"], passage["field"]), (post, []))[1].append(passage)
    for _, passages in candidates.values():
        passages.sort(key=lambda passage: -passage["weight"])
    ordered = sorted(candidates.values(), key=lambda pair: (pair[0]["verdict"] != "offer", -pair[1][0]["weight"]))
    chosen: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    quotes: set[str] = set()
    for again in (False, True):
        seen: set[int] = {post["position"] for post, _ in chosen}
        for post, passages in ordered:
            quote = re.sub(r"\W", "", passages[0]["quote"])
            if len(chosen) == PASSAGES or quote in quotes or (not again and post["position"] in seen):
                continue
            seen.add(post["position"])
            quotes.update(re.sub(r"\W", "", passage["quote"]) for passage in passages)
            chosen.append((post, passages))
    return chosen


def _show_passages(post: dict[str, Any], passages: list[dict[str, Any]]) -> dict[str, Any]:
    """*passages* of one field of *post*, strongest first, as one excerpt."""
    passage, *others = passages
    in_title = passage["field"] == "title"
    text = mask_places((post["title"] if in_title else post["text"]) or "", [place for field, *place in post["masked"] if field == passage["field"]])
    marks = [(other["start"], other["end"], other["weight"] >= passage["weight"]) for other in post["evidence"] if other["field"] == passage["field"]]
    return {
        "position": post["position"],
        "post": _line_post(post),
        "field_zh": "标题" if in_title else "正文",
        "field_en": "title" if in_title else "text",
        "start": passage["start"],
        "end": passage["end"],
        "length": len(text),
        "excerpt": cut_excerpt(text, passage, marks, others),
        "listed": next((shown["list"] for shown in passages if shown.get("list")), ""),
    }


def cut_excerpt(
    text: str, passage: dict[str, Any], marks: list[tuple[int, int, bool]], others: Iterable[dict[str, Any]] = ()
) -> list[dict[str, str]]:
    """
    Return the surroundings of *passage*, and of the *others* of this text, as parts ``{text, mark}``; put together they read on, with … for what is left out.

    *marks* are half-open ranges with whether each is as strong as the passage; ``mark`` is ``strong`` in those, ``weak`` in the others, else empty.
    A passage always reads as its own quote, also when *text* is not masked as the quote is, or is missing.
    """
    ranges = []
    for shown in (passage, *others):
        start, end, quote = shown["start"], shown["end"], shown["quote"]
        if _same_but_masked(text[start:end], quote):
            text = text[:start] + quote + text[end:]
            ranges.append((max(start - CHARACTERS_BEFORE, 0), min(end + CHARACTERS_AFTER, len(text))))
        elif shown is passage:
            return [{"text": quote, "mark": "strong"}]
    windows = _join_ranges(ranges)
    parts = [part for first, last in windows for part in _mark_window(text, first, last, marks)]
    return parts + ([{"text": "…", "mark": ""}] if windows[-1][1] < len(text) else [])


def _join_ranges(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Half-open *ranges* in order, those that meet as one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _mark_window(text: str, first: int, last: int, marks: list[tuple[int, int, bool]]) -> list[dict[str, str]]:
    inside = [(max(a, first), min(b, last), strong) for a, b, strong in marks if a < last and b > first]
    edges = sorted({first, last, *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    parts = [{"text": "…", "mark": ""}] if first else []
    for a, b in itertools.pairwise(edges):
        over = [strong for low, high, strong in inside if low <= a and b <= high]
        parts.append({"text": text[a:b], "mark": "strong" if any(over) else "weak" if over else ""})
    return parts


def mask_places(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """
    Return *text* with each half-open place ``(start, end, value)`` masked, character for character: its offsets stay true.

    It shows as *value*, the masked lead, or, where that is spelt otherwise than the post, as ``•`` after the first character.
    """
    for start, end, value in places:
        place = text[start:end]
        if "•" not in place:
            text = text[:start] + (value if len(value) == len(place) else place[:1] + "•" * len(place[1:])) + text[start + len(place) :]
    return text


def _same_but_masked(text: str, quote: str) -> bool:
    return bool(quote) and len(text) == len(quote) and all(a == b or "•" in (a, b) for a, b in zip(text, quote, strict=True))


def gather_timeline(days: Mapping[tuple[dt.date, str], int]) -> dict[str, Any]:
    """
    Return the posts over time in equal steps: ``unit`` and ``steps`` ``{label, offer, review, other}``, oldest first.

    A step is the shortest of day, week, month, quarter and year that needs no more than sixty. *days* counts by day and verdict.
    """
    if not days:
        return {"unit": "", "unit_en": "", "steps": []}
    first, last = min(day for day, _ in days), max(day for day, _ in days)
    unit, english, number = next(unit for unit in UNITS if unit[2](last) - unit[2](first) < 60 or unit is UNITS[-1])
    # The last sixty, if even years are too many: a post dated 1970 must not flatten the others.
    low = max(number(first), number(last) - 59)
    steps: list[dict[str, Any]] = [{"label": "", "offer": 0, "review": 0, "other": 0} for _ in range(number(last) - low + 1)]
    for (day, verdict), count in sorted(days.items()):
        if number(day) >= low:
            step = steps[number(day) - low]
            step["label"] = step["label"] or (day.isoformat() if english in {"day", "week"} else day.isoformat()[: 4 if english == "year" else 7])
            kind = verdict if verdict in {"offer", "review"} else "other"
            step[kind] += count
    return {"unit": unit, "unit_en": english, "steps": steps}


UNITS: tuple[tuple[str, str, Callable[[dt.date], int]], ...] = (
    ("天", "day", lambda day: day.toordinal()),
    ("周", "week", lambda day: (day.toordinal() - 1) // 7),
    ("月", "month", lambda day: day.year * 12 + day.month - 1),
    ("季", "quarter", lambda day: day.year * 4 + (day.month - 1) // 3),
    ("年", "year", lambda day: day.year),
)


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


# ---------------------------------------------------------------- the page


def render_page(report: dict[str, Any]) -> str:
    """
    Return *report* as one HTML page that needs nothing else and asks nothing of a network.

    Its style and its script are our two files, named by digest in the page's own security policy: were
    something of a post to get through the escaping, the browser would still not run it.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("classifier.outcome"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # What the page shows are dicts: asked for a key first, not for an attribute, which they would have to refuse.
    environment.getattr = environment.getitem  # type: ignore[method-assign, assignment]
    environment.filters.update(shown=show_text, thousands=_thousands, share=_share, score=_score)
    folder = Path(__file__).parent / "templates"
    style, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page = environment.get_template("report.html").render(
        report=report,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_digest=_digest(style),
        script_digest=_digest(script),
        verdicts=ACCOUNT_VERDICTS,
        histogram=draw_histogram,
        timeline=draw_timeline,
    )
    # A lone surrogate that came past the tables would otherwise lose the whole page.
    return page.encode("utf-8", "replace").decode("utf-8")


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


# Invisible, or turning the text round. U+200D between pictographs makes one of them and is left alone, as is the variation selector after them.
HIDDEN = re.compile(
    "(["
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d)\\1*"
)
HIDDEN_NAMES = {
    0x00AD: "SHY",
    0x061C: "ALM",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
}
BLANK_LINES = re.compile(r"\s*\n\s*")


# The page says many things again and again: names of verdicts, days, its own headings.
@lru_cache(maxsize=1024)
def show_text(text: str) -> str:
    """
    Return *text* as HTML: escaped, hidden characters by name in a box, runs of blank lines as one.

    ``加\u200b微`` shows as 加 [ZWSP] 微: what was hidden from a filter must not be hidden from the reviewer.
    """
    from markupsafe import Markup, escape

    if "\n" not in text and HIDDEN.search(text) is None:
        return escape(text)
    shown, done = Markup(), 0
    joined = BLANK_LINES.sub("\n", text)
    for hidden in HIDDEN.finditer(joined):
        number, times = ord(hidden[1]), len(hidden[0])
        name = HIDDEN_NAMES.get(number, f"U+{number:04X}") + (f"×{times}" if times > 1 else "")
        shown += escape(joined[done : hidden.start()]) + Markup('<span class="hidden-mark" title="U+{:04X}">{}</span>').format(number, name)
        done = hidden.end()
    return shown + escape(joined[done:])


def _thousands(number: float) -> str:
    return f"{number:,.0f}"


def _share(value: Any) -> str:
    """A share as a percentage, a pair as a range; what is neither, as it is."""
    if isinstance(value, list | tuple):
        return "–".join(_share(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value * 100:.3g}%" if value <= 1 else _thousands(value)
    return "—" if value is None else str(value)


def _score(value: float | None) -> str:
    # 0.9996 is not certainty.
    return "—" if value is None else f"{min(max(value, 0.001), 0.999):.3f}"


def draw_histogram(scores: list[dict[str, int]], *, width: int, height: int) -> dict[str, Any]:
    """
    Return the bars of *scores* in a drawing of *width* by *height*: each ``{x, y, width, height, kind}``, with the ``labels`` above.

    Heights are logarithms of the count, because nearly all posts of most exports are harmless; inside a bar the verdicts share its height evenly by count.
    """
    most = max((sum(counts.values()) for counts in scores), default=0)
    step = width / max(len(scores), 1)
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for number, counts in enumerate(scores):
        total = sum(counts.values())
        if not total:
            continue
        full = height * math.log1p(total) / math.log1p(most)
        low = float(height)
        for kind, count in counts.items():
            if count:
                part = full * count / total
                low -= part
                bars.append({"x": f"{number * step + 1:.1f}", "y": f"{low:.1f}", "width": f"{step - 2:.1f}", "height": f"{part:.1f}", "kind": kind or "none"})
        labels.append({"x": f"{(number + 0.5) * step:.1f}", "y": f"{height - full - 4:.1f}", "text": shorten_count(total)})
    return {"bars": bars, "labels": labels}


def shorten_count(count: int) -> str:
    """Return *count* in at most five characters, as Chinese counts: 12345 is 1.2万."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if count >= unit:
            return f"{count / unit:.{0 if count >= 10 * unit else 1}f}{name}"
    return str(count)


def draw_timeline(steps: list[dict[str, Any]], *, width: int, height: int) -> list[dict[str, str]]:
    """Return the bars of a timeline in a drawing of *width* by *height*: offers at the bottom, then what is to be read, then the others."""
    most = max((step["offer"] + step["review"] + step["other"] for step in steps), default=0)
    # Few steps would make slabs of the bars.
    stride = min(width / max(len(steps), 1), 18.0)
    bars = []
    for number, step in enumerate(steps):
        low = float(height)
        for kind in ("offer", "review", "other"):
            if step[kind]:
                part = max(height * step[kind] / most, 1.5)
                low -= part
                title = f"{step['label']}: {step[kind]}"
                bars.append(
                    {"x": f"{number * stride:.2f}", "y": f"{low:.2f}", "width": f"{max(stride - 1, 1):.2f}", "height": f"{part:.2f}", "kind": kind, "title": title}
                )
    return bars
