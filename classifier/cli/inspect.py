"""bijian inspect: what was recognised in an export, column by column, and ten rows as understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from classifier.cli.score import named_columns

# What the reader may say, in Chinese beside it.
REASONS = {
    "duplicate": "重复",
    "service": "系统消息",
    "unreadable": "无法读取",
    "unrecognised": "无法识别",
    "heading": "重复的表头",
    "not_posts": "不是文章",
    "personal": "私人会话",
    "mojibake": "编码错乱",
    "empty": "空文件",
    "not_an_export": "图片样式等附件",
}
STATES = {
    "full": "正文完整",
    "truncated": "正文被截断",
    "excerpt": "仅节选",
    "digest_only": "仅摘要",
    "title_only": "仅标题",
    "link_only": "仅链接",
    "empty": "无内容",
    "paywalled": "付费",
    "fetch_failed": "抓取失败",
    "deleted": "已删除",
    "violation": "违规下架",
    "unavailable": "无法查看",
    "pictures_only": "仅图片",
}
FROM = {
    "column": "来自列",
    "json_parent": "来自上层",
    "filename": "来自文件名",
    "folder": "来自文件夹",
    "url": "来自链接",
    "name_only": "只有名称",
    "none": "未知",
}
SHOWN = (("account_key", 24), ("account_name", 14), ("published_at", 25), ("body_state", 13), ("title", 26), ("text", 36))


@click.command()
@click.argument("export", metavar="EXPORT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--column", "named", multiple=True, metavar="NAME=HEADING", help="某一列由您指定 · name a column by hand, for example text=正文. Repeatable.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="给人看或给程序用 · for people or for programs.")
@click.option("--reveal", is_flag=True, help="不遮盖联系方式 · show personal contacts, which are masked otherwise.")
def inspect(export: tuple[Path, ...], named: tuple[str, ...], form: str, reveal: bool) -> None:
    """
    看懂了什么 · What was recognised in EXPORT, how each column was understood, and ten rows as understood.

    The first thing to run on a new file. Nothing is scored and nothing is written.

    \b
    Example:
      bijian inspect posts.xlsx
      bijian inspect odd.csv --column text=正文 --column account_name=博主
    """
    from classifier.intake.export import describe_export

    described = describe_export(list(export), columns=named_columns(named))
    if not reveal:
        mask_described(described)
    if form == "json":
        import orjson

        click.echo(orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode())
        return
    click.echo("\n".join(lines_of(described)))


def mask_described(described: dict[str, Any]) -> None:
    """Mask personal contacts in everything of *described* that came out of a post, in place."""
    from classifier.language.mask import mask_personal

    examples = [example for one in described["files"] for example in one["examples"]]
    for shown in [*described["sample"], *examples]:
        for name in ("account_name", "author", "title", "text", "digest", "url", "excerpt"):
            if shown.get(name):
                shown[name] = mask_personal(shown[name])


def lines_of(described: dict[str, Any]) -> list[str]:
    """The description as lines for a terminal; control characters in what was read are shown, not sent."""
    lines = [
        f"行 rows {described['rows']} = 文章 posts {described['posts']} + 未收录 rejects {described['rejects']}",
        f"正文完整 full {described['full']} · 不完整 partial {described['partial']} · 无文字 without text {described['without_text']} · 无法读取 unreadable {described['unreadable']}",
    ]
    for one in described["files"]:
        lines.extend(["", *_of_file(one)])
    if described["sample"]:
        lines.extend(["", "理解为 as understood:", *_table(described["sample"])])
    return lines


def _of_file(one: dict[str, Any]) -> list[str]:
    what = " · ".join(filter(None, [one["exporter"], ", ".join(one["shapes"]), one["encoding"]]))
    lines = [f"{_printable(one['src_file'])}: {what or '无法识别 not recognised'}", f"  {one['posts']} 篇 posts, {one['accounts']} 个账号 accounts"]
    for name, words in (("body_states", STATES), ("account_from", FROM), ("rejects", REASONS)):
        if one[name]:
            label = {"body_states": "正文 bodies", "account_from": "账号 account", "rejects": "未收录 rejects"}[name]
            lines.append(f"  {label}: " + ", ".join(f"{words.get(key, '')} {key} {n}".strip() for key, n in one[name].items()))
    if one["times"] and set(one["times"]) - {"explicit", "epoch"}:
        lines.append("  时间 times: " + ", ".join(f"{zone} {n}" for zone, n in one["times"].items()))
    lines.extend(f"  注意 note: {_printable(note)}" for note in one["notes"])
    if one["columns"]:
        width = max(_width(heading) for heading in one["columns"])
        lines.append("  列 columns:")
        lines.extend(f"    {_fitted(heading, min(width, 28))}  {_in_chinese(meaning)}" for heading, meaning in one["columns"].items())
    lines.extend(f"  第 {example['src_row']} 行 row: {_printable(example['reason'])}: {_cut(example['excerpt'] or '', 90)}" for example in one["examples"])
    return lines


def _in_chinese(meaning: str) -> str:
    return "— 未使用 not used" if meaning in ("", "not used") else meaning


def _table(rows: list[dict[str, Any]]) -> list[str]:
    head = "  ".join(_fitted(name, width) for name, width in SHOWN)
    return [head, *("  ".join(_fitted(str(row[name] or ""), width) for name, width in SHOWN).rstrip() for row in rows)]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " if c in "\r\n\t" else "\ufffd" for c in str(text))


def _width(text: str) -> int:
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, width: int) -> str:
    text = _printable(text)
    if len(text) <= width and _width(text) <= width:
        return text
    kept = ""
    for c in text[:width]:
        if _width(kept) + _width(c) > width - 1:
            break
        kept += c
    return kept + "…"


def _fitted(text: str, width: int) -> str:
    cut = _cut(text, width)
    return cut + " " * (width - _width(cut))
