"""What every column of every table is, in the order it is written: one list, for writers, readers and the report."""

from __future__ import annotations

from typing import NamedTuple

from classifier.model.categories import CATEGORIES
from classifier.model.points import STEPS


class Column(NamedTuple):
    """
    What a column is: its *kind* decides how a cell is written.

    ``text``, ``id`` (text, and a workbook's cell stays text when it is edited), ``integer``, ``number``, ``flag`` (true or false),
    ``texts`` (a list of text), ``passages`` (evidence: a list of field, start, end, quote, weight). Any cell may be None.
    *width* is in characters, for a workbook.
    """

    kind: str
    width: int
    chinese: str
    english: str


ACCOUNT_COLUMNS = {
    "account_id": Column("id", 22, "公众号编号，与导出文件中一致", "the account's identifier, as given"),
    "account_key": Column("id", 24, "同一公众号不同写法的统一标识", "joins the spellings of one account"),
    "account_name": Column("text", 24, "公众号名称", "the account's name"),
    "verdict": Column("text", 10, "建议：flag 建议优先查看，review 需人工看，clear 未见问题，abstain 无法判断", "flag (suggested to look at first), review, clear or abstain (nothing to judge)"),
    "score": Column("number", 9, "可能性，0 到 1，经校准", "calibrated probability, 0 to 1"),
    "n_posts": Column("integer", 9, "帖子数", "posts of the account"),
    "n_scored": Column("integer", 9, "有文字、可以评分的帖子数", "posts with words to judge"),
    "n_offer": Column("integer", 9, "判为揽客的帖子数", "posts judged an offer"),
    "n_review": Column("integer", 9, "需人工看的帖子数", "posts a person should read"),
    "categories": Column("texts", 24, "所揽业务的类别（列表）", "categories of what is offered (a list)"),
    "first_post": Column("text", 26, "最早一篇的时间", "time of the earliest post"),
    "last_post": Column("text", 26, "最近一篇的时间", "time of the latest post"),
    "top_posts": Column("texts", 30, "最能说明问题的帖子编号（列表）", "the posts that say most, by post_id (a list)"),
    "reason": Column("text", 60, "一句话理由", "why, in one sentence (Chinese)"),
    "reason_en": Column("text", 60, "一句话理由（英文）", "why, in one sentence (English)"),
}
POST_COLUMNS = {
    "post_id": Column("id", 26, "帖子编号，与导出文件中一致；没有时为 文件#行号", "the post's identifier, as given, else file#row"),
    "account_id": ACCOUNT_COLUMNS["account_id"],
    "account_key": ACCOUNT_COLUMNS["account_key"],
    "account_key_source": Column("text", 14, "统一标识的来源：column 列，filename 文件名，name_only 仅凭名称……", "where the account was read: column, filename, name_only, …"),
    "account_name": ACCOUNT_COLUMNS["account_name"],
    "title": Column("text", 48, "标题", "title"),
    "published_at": Column("text", 26, "发布时间（ISO 8601）", "time of publication (ISO 8601)"),
    "url": Column("text", 36, "链接，仅为文字，不可点击", "address, as text and never a live link"),
    "verdict": Column("text", 10, "offer 揽客，review 需人工看，clear 未见问题，空为无法评分", "offer, review or clear; empty when it could not be judged"),
    "score": ACCOUNT_COLUMNS["score"],
    "category": Column("text", 14, "所揽业务的类别", "category of what is offered"),
    "evidence": Column("passages", 60, "证据段落，最强的在前：start、end 为标题或正文中的字符位置，左闭右开", "passages, strongest first; start and end are half-open character offsets into the title or text"),
    "body_state": Column("text", 13, "正文状态：full 完整，truncated 截断，empty 为空……", "state of the body: full, truncated, empty, …"),
    "src_file": Column("text", 30, "来源文件", "file it was read from"),
    "src_row": Column("integer", 9, "来源行号", "row in that file"),
    "notes": Column("text", 30, "读取时的说明（JSON 列表），例如正文被截断", "what was noticed while it was read (a JSON list)"),
}
LEAD_COLUMNS = {
    "kind": Column("text", 15, "线索种类：微信、QQ、电话、钱包地址、邀请码、域名等", "kind: wechat, qq, phone, wallet address, referral code, domain, …"),
    "value": Column("id", 44, "线索内容；个人联系方式以 • 遮盖", "the lead; personal contacts are masked with •"),
    "account_id": ACCOUNT_COLUMNS["account_id"],
    "account_key": ACCOUNT_COLUMNS["account_key"],
    "post_id": POST_COLUMNS["post_id"],
    "field": Column("text", 8, "出现在标题（title）还是正文（text）", "title or text"),
    "start": Column("integer", 9, "起始字符位置", "offset of the first character"),
    "end": Column("integer", 9, "结束字符位置（不含）", "offset after the last character"),
    "checksum": Column("flag", 10, "校验位是否正确，空为无校验位", "whether its check digits hold; empty when it has none"),
}
REJECT_COLUMNS = {
    "src_file": POST_COLUMNS["src_file"],
    "src_row": POST_COLUMNS["src_row"],
    "reason": Column("text", 18, "未收入的原因：duplicate 重复，unreadable 无法读取……", "why it is not in posts: duplicate, unreadable, …"),
    "excerpt": Column("text", 60, "该行开头的文字", "how the row begins"),
    "kept_post_id": Column("id", 26, "重复时保留的那一篇", "for a duplicate, the post that was kept"),
}
# What `explain` and `report` read of the posts, whatever the format of the other tables: title and text as read.
TEXT_COLUMNS = {
    name: POST_COLUMNS[name]
    for name in ("post_id", "account_key", "title", "published_at", "url", "verdict", "score", "category", "evidence", "body_state", "src_file", "src_row")
} | {"text": Column("text", 90, "正文", "the post's text, as read")}
# How many posts are on each step (see `STEPS`), lowest first.
STEP_COUNTS = tuple(f"n_step_{n}" for n in range(len(STEPS) + 1))
# What is kept of accounts until all pieces of a run are there (see `accounts.Tally`): never shown to anybody.
TALLY_COLUMNS = {name: ACCOUNT_COLUMNS[name] for name in ("account_key", "account_id", "account_name", "first_post", "last_post")} | dict.fromkeys(("n_posts", "n_scored", "n_offer", "n_review", *STEP_COUNTS, "characters", "n_pictures", "n_blocked", *(f"n_{name}" for name in CATEGORIES)), ACCOUNT_COLUMNS["n_posts"])
TOP_COLUMNS = {"account_key": ACCOUNT_COLUMNS["account_key"], "post_id": POST_COLUMNS["post_id"], "log_odds": ACCOUNT_COLUMNS["score"]}
TABLES = {"accounts": ACCOUNT_COLUMNS, "posts": POST_COLUMNS, "leads": LEAD_COLUMNS, "rejects": REJECT_COLUMNS, "texts": TEXT_COLUMNS, "tallies": TALLY_COLUMNS, "tops": TOP_COLUMNS}


def describe_column(table: str, name: str) -> Column:
    """Return what column *name* of *table* is. A column nobody has described is text."""
    return TABLES.get(table, {}).get(name, Column("text", 20, "", ""))
