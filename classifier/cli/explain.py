"""bijian explain: the words and passages behind a score."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from classifier.errors import RunError

LONGEST_FOLDER = 250


@click.command()
@click.argument("text", metavar="TEXT|-|DIR:POST_ID")
@click.option("--model", default=None, show_default="offers; for DIR:POST_ID the one it was scored with", help="用哪个模型 · a model's name or folder.")
@click.option("--top", type=click.IntRange(min=1), default=12, show_default=True, help="列出多少个词 · how many words to show.")
@click.option("--json", "as_json", is_flag=True, help="全部内容，JSON · everything, as JSON.")
@click.option("--reveal", is_flag=True, help="不遮盖个人联系方式 · show personal contacts in full.")
def explain(text: str, model: str | None, top: int, *, as_json: bool, reveal: bool) -> None:
    """
    为什么这个分 · Say why a text has its score: words whose pushes, plus the constant, are the log-odds; and the passages quoted, with the pushes in them.

    TEXT is the text itself, - for standard input, or DIR:POST_ID for a post of a scored folder;
    where several accounts have a post of that id, DIR:ACCOUNT_KEY/POST_ID.

    \b
    Example:
      bijian explain "新用户点此注册币安，填邀请码永久返佣"
      bijian explain march:2247500001_1
      bijian explain - < post.txt
    """
    from classifier.model.bundle import load_model
    from classifier.outcome.explain import explain as explain_text

    title, body, scored_with = _find(text)
    if not f"{title}{body}".strip():
        raise RunError("没有可判断的文字 there is nothing to judge: the text is empty")
    judging = load_model(model or scored_with.get("name") or "offers")
    if scored_with.get("point") in judging.points:
        judging = judging.at(scored_with["point"])
    if not model and scored_with and scored_with.get("digest") != judging.digest:
        click.echo(f"模型已变，分数可能与表中不同 the model {judging.name} is no longer the one this folder was scored with: {scored_with.get('digest')} then, {judging.digest} now", err=True)
    reason = explain_text(judging, body, title=title)
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
    nearest, share = next(iter(reason["rivals"].items()))
    click.echo(f"  最像的非揽客内容 nearest innocent kind: {nearest} ({share:.0%})")
    for passage in reason["passages"]:
        click.echo(f"  {passage['push']:+.2f}  {passage['field']}[{passage['start']}:{passage['end']}]  「{printable(passage['quote'])}」")
    strongest = sorted(reason["words"], key=lambda word: -abs(word["push"]))[:top]
    click.echo("  " + "  ".join(f"{printable(word['word'])} {word['push']:+.2f}" for word in strongest))
    left = len(reason["words"]) - len(strongest)
    if left:
        rest = reason["log_odds"] - reason["constant"] - sum(word["push"] for word in strongest)
        click.echo(f"  其余 {left} 个词 the other {left} words {rest:+.2f}")


def printable(text: str) -> str:
    """Return *text* with control characters shown, not sent to the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if c != "\n" else "⏎" for c in text)


class Asked(NamedTuple):
    """What is asked about; *scored_with* is ``{name, digest, point}`` of the model that judged it, empty for a text given by itself."""

    title: str
    text: str
    scored_with: dict[str, str]


def _find(text: str) -> Asked:
    """Return title and text of what is asked about. Raises RunError if it names a folder or post that is not there."""
    if text == "-":
        from classifier.intake.encoding import encoding_of_bytes

        content = sys.stdin.buffer.read()
        return Asked("", content.decode(encoding_of_bytes(content, "standard input").name, "replace").removeprefix("\ufeff"), {})
    colons = [at for at, letter in enumerate(text[: LONGEST_FOLDER + 1]) if letter == ":"]
    # From the left: an account_key has a colon of its own.
    for at in colons:
        if _is_folder(text[:at]):
            return _post_of(Path(text[:at]), text[at + 1 :])
    if _looks_like_a_post(text):
        folder = text.rpartition(":")[0]
        raise RunError(f"{folder}: no such folder (没有这个文件夹); name one that `bijian score` wrote, or judge a text with a colon through bijian explain -")
    return Asked("", text, {})


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _looks_like_a_post(text: str) -> bool:
    """Whether *text* can only be meant as DIR:POST_ID: a path before the colon, or no blank and no Chinese anywhere."""
    folder, _, post_id = text.rpartition(":")
    if not folder or not post_id or len(folder) > LONGEST_FOLDER or "://" in text or any(letter.isspace() for letter in text):
        return False
    return "/" in folder or "\\" in folder or text.isascii()


def _post_of(folder: Path, name: str) -> Asked:
    """Return the post *name* (POST_ID or ACCOUNT_KEY/POST_ID) of a scored *folder*."""
    from classifier.outcome.tables.read import read_table

    if not (folder / "texts.parquet").is_file():
        raise RunError(f"{folder} is no scored folder: it has no texts.parquet; score an export with `bijian score EXPORT --out DIR` first")
    posts = read_table(folder, "texts")
    if "account_key" not in posts:
        posts = posts.assign(account_key="")
    whole = [f"{key}/{post_id}" for key, post_id in zip(posts["account_key"], posts["post_id"], strict=True)]
    found = posts[posts["post_id"] == name]
    found = found if len(found) else posts[[one == name for one in whole]]
    if found.empty:
        raise RunError(f"{folder} has no post {name!r}; look into its posts table for the ids")
    if len(found) > 1:
        raise RunError(f"{folder} has {len(found)} posts {name!r}, of {_names_of(folder, name, list(found['account_key']))}; say {folder}:ACCOUNT_KEY/{name}")
    return Asked(found["title"].iloc[0] or "", found["text"].iloc[0] or "", _scored_with(folder))


def _names_of(folder: Path, post_id: str, keys: list[str]) -> str:
    """Return the accounts *keys* that have a post *post_id*, by name and key."""
    from classifier.outcome.tables.read import read_table

    posts = read_table(folder, "posts")
    posts = posts[(posts["post_id"] == post_id) & posts["account_key"].isin(keys)]
    named = dict(zip(posts["account_key"], posts["account_name"], strict=True))
    return ", ".join(f"{printable(named.get(key) or '')} ({printable(key)})" for key in dict.fromkeys(keys))


def _scored_with(folder: Path) -> dict[str, str]:
    """Return name (as it was asked for), digest and operating point of the model that run.json of *folder* names; empty if it names none."""
    import json

    try:
        run: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
        return {"name": str(run["options"]["model"]), "digest": str(run["model"]["digest"]), "point": str(run["operating_point"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _masked(reason: dict, title: str, text: str) -> dict:  # type: ignore[type-arg]
    from classifier.language.mask import mask_personal

    masked = {"title": mask_personal(title), "text": mask_personal(text)}
    cut = [{**word, "word": masked[word["field"]][word["start"] : word["end"]]} for word in reason["words"]]
    quotes = [{**quote, "quote": masked[quote["field"]][quote["start"] : quote["end"]]} for quote in reason["passages"]]
    return {**reason, "words": cut, "passages": quotes}
