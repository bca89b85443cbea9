"""bijian explain: the words and passages behind a score."""

from __future__ import annotations

import sys
from pathlib import Path

import click

LONGEST_FOLDER = 250


@click.command()
@click.argument("text", metavar="TEXT|-|DIR:POST_ID")
@click.option("--model", default="offers", show_default=True, help="用哪个模型 · a model's name or folder.")
@click.option("--top", type=click.IntRange(min=1), default=12, show_default=True, help="列出多少个词 · how many words to show.")
@click.option("--json", "as_json", is_flag=True, help="全部内容，JSON · everything, as JSON.")
@click.option("--reveal", is_flag=True, help="不遮盖个人联系方式 · show personal contacts in full.")
def explain(text: str, model: str, top: int, *, as_json: bool, reveal: bool) -> None:
    """
    为什么这个分 · Say why a text has its score: words and passages whose pushes, plus the constant, are the log-odds.

    TEXT is the text itself, - for standard input, or DIR:POST_ID for a post of a scored folder.

    \b
    Example:
      bijian explain "新用户点此注册币安，填邀请码永久返佣"
      bijian explain march:2247500001_1
      bijian explain - < post.txt
    """
    from classifier.model.bundle import load_model
    from classifier.outcome.explain import explain as explain_text

    title, body = _find(text)
    reason = explain_text(load_model(model), body, title=title)
    if not reveal:
        reason = _masked(reason, title, body)
    if as_json:
        import json

        click.echo(json.dumps(reason, ensure_ascii=False, indent=1))
        return
    click.echo(f"{reason['verdict']}  把握 score {reason['score']:.3f}  类别 category {reason['category'] or '—'}  log-odds {reason['log_odds']:+.3f} (constant {reason['constant']:+.3f})")
    if not reason["words"]:
        click.echo("  没有入门词，未细读，得底分 · no word of the trade in it: not read further, it has the floor score")
        return
    for passage in reason["passages"]:
        click.echo(f"  {passage['weight']:+.2f}  {passage['field']}[{passage['start']}:{passage['end']}]  「{printable(passage['quote'])}」")
    strongest = sorted(reason["words"], key=lambda word: -abs(word["push"]))[:top]
    click.echo("  " + "  ".join(f"{printable(word['word'])} {word['push']:+.2f}" for word in strongest))
    left = len(reason["words"]) - len(strongest)
    if left:
        rest = reason["log_odds"] - reason["constant"] - sum(word["push"] for word in strongest)
        click.echo(f"  其余 {left} 个词 the other {left} words {rest:+.2f}")


def printable(text: str) -> str:
    """Return *text* with control characters shown, not sent to the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if c != "\n" else "⏎" for c in text)


def _find(text: str) -> tuple[str, str]:
    """Return title and text of what is asked about."""
    if text == "-":
        return "", sys.stdin.read()
    folder, colon, post_id = text.rpartition(":")
    # A long text is no path, and asking the system about it is an error.
    if colon and 0 < len(folder) < LONGEST_FOLDER and Path(folder).is_dir():
        from classifier.errors import RunError
        from classifier.outcome.tables import read_table

        if not (Path(folder) / "texts.parquet").is_file():
            raise RunError(f"{folder} is no scored folder: it has no texts.parquet; score an export with `bijian score EXPORT --out DIR` first")
        posts = read_table(folder, "texts")
        found = posts[posts["post_id"] == post_id]
        if found.empty:
            raise RunError(f"{folder} has no post {post_id!r}; look into its posts table for the ids")
        return found["title"].iloc[0] or "", found["text"].iloc[0] or ""
    return "", text


def _masked(reason: dict, title: str, text: str) -> dict:  # type: ignore[type-arg]
    from classifier.language.mask import mask_personal

    masked = {"title": mask_personal(title), "text": mask_personal(text)}
    cut = [{**word, "word": masked[word["field"]][word["start"] : word["end"]]} for word in reason["words"]]
    quotes = [{**quote, "quote": masked[quote["field"]][quote["start"] : quote["end"]]} for quote in reason["passages"]]
    return {**reason, "words": cut, "passages": quotes}
