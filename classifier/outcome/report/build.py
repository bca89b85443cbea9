"""The report on a scored folder as plain data: counted, ordered and cut, without a word of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from classifier.errors import RunError
from classifier.outcome.report.leads import LISTED_LEADS, add_leads
from classifier.outcome.report.lines import line_account, line_post
from classifier.outcome.report.passages import add_texts, show_passages
from classifier.outcome.report.pictures import gather_timeline
from classifier.outcome.report.survey import count_scores, survey_posts, survey_rejects
from classifier.outcome.report.words import ACCOUNT_VERDICTS, BODY_STATES, CATEGORIES, REJECT_REASONS, name_counts
from classifier.outcome.tables.cells import missing
from classifier.outcome.tables.read import find_table, iterate_rows

# What a page can hold and a person can read. The tables hold everything.
DETAILED_ACCOUNTS = 300
LISTED_ACCOUNTS = 1000


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
    posts = survey_posts(folder, shown)
    add_texts(folder, shown, reveal=run["reveal"])
    add_leads(folder, shown, accounts)
    rejects = survey_rejects(folder)
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
        "distribution": {"accounts": count_scores(accounts), "posts": posts["scores"]},
        "accounts": [_detail_account(account) for account in shown],
        "rest": [line_account(account) for account in rest[:LISTED_ACCOUNTS]],
        "rest_left_out": max(len(rest) - LISTED_ACCOUNTS, 0),
        "detail_left_out": sum(account["verdict"] in {"flag", "review"} for account in rest),
        "not_judged": name_counts(posts["not_judged"], BODY_STATES | {"full": ("有正文但文字太少", "a body, but too few words")}),
        "judged_in_part": name_counts(posts["judged_in_part"], BODY_STATES),
        "rejects": [row | {"examples": rejects["examples"][row["code"]]} for row in name_counts(rejects["reasons"], REJECT_REASONS)],
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


def _complete(row: dict[str, Any], needs: dict[str, Any]) -> dict[str, Any]:
    """*row* with every column of *needs*, its missing ones at their default."""
    return {name: default if missing(row.get(name)) else row[name] for name, default in needs.items()}


def _detail_account(account: dict[str, Any]) -> dict[str, Any]:
    posts = account["posts"]
    return line_account(account) | {
        "categories": [dict(zip(("chinese", "english"), CATEGORIES.get(code, (code, code)), strict=True)) for code in account["categories"]],
        "timeline": gather_timeline(account["days"]),
        "passages": [show_passages(post, passages) for post, passages in account["passages"]],
        "posts": [line_post(post) for post in posts],
        "posts_left_out": account["n_listed"] - len(posts),
        "leads": account["leads"][:LISTED_LEADS],
        "leads_left_out": max(len(account["leads"]) - LISTED_LEADS, 0),
    }
