"""The documents say what the code does: every command is there, examples run, generated parts are current."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from write_docs import DOCUMENTS, ROOT, fill, help_of

from classifier.cli import COMMANDS

READMES = ("README.md", "README.zh-CN.md")
BLOCK = re.compile(r"^ *```(sh|python)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
TEST = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")
# What an example of these would take, a test cannot give; each has tests of its own.
TOO_LONG = ("bijian train", "bijian corpus check", "bijian score hdfs:", "make ")


def blocks(document, language):
    text = (ROOT / document).read_text(encoding="utf-8")
    return [found for kind, found in BLOCK.findall(text) if kind == language]


def commands(document):
    return [line.strip() for block in blocks(document, "sh") for line in block.splitlines() if line.strip()]


@pytest.fixture
def example_folder(sample, tmp_path):
    """A folder with the files the examples name."""
    posts = pd.read_csv(sample, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    posts.to_excel(tmp_path / "posts.xlsx", index=False)
    (tmp_path / "exports").mkdir()
    for place in ("posts.csv", "exports/more.csv"):
        shutil.copy(sample, tmp_path / place)
    plain = posts.head(20).rename(columns={"公众号": "account_name", "标题": "title", "文章内容": "text"})[["account_name", "title", "text"]]
    plain.to_json(tmp_path / "posts.jsonl", orient="records", lines=True, force_ascii=False)
    shutil.copy(tmp_path / "posts.jsonl", tmp_path / "huge.jsonl")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "block-terms.txt").write_text("永久返佣\t暗语\n", encoding="utf-8")
    offers = posts["公众号"].isin(("小鹿教你上车", "老K换汇小铺"))
    labelled = pd.DataFrame({"text": posts["文章内容"], "account": posts["公众号"], "label": offers.map({True: "offer", False: "not_offer"})})
    labelled[labelled["text"] != ""].assign(genre="news").to_json(tmp_path / "mine.jsonl", orient="records", lines=True, force_ascii=False)
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_generated_parts_are_current(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    assert fill(text) == text, f"{document} is behind the code; run `make docs`"


@pytest.mark.parametrize("document", READMES)
def test_every_command_is_in_the_readme(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"bijian {name}" not in text] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example(name):
    assert f"bijian {name}" in help_of(name).partition("Example:")[2]


def test_the_examples_of_the_readme_run(example_folder):
    """In the order they stand, as a reader would type them."""
    found = commands("README.md")
    assert len(found) > 10
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    for line in found:
        if line.startswith(TOO_LONG):
            continue
        # The shell is what a reader types into; the lines are ours.
        done = subprocess.run(line, shell=True, cwd=example_folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (example_folder / "march" / "report.html").is_file()
    assert (example_folder / "scored.jsonl").read_bytes().count(b"\n") == 20


def test_the_chinese_readme_has_the_same_examples():
    """In its own order, without their remarks and perhaps fewer; so that they are run once."""
    english, chinese = ({line.partition("#")[0].rstrip() if line.startswith("make") else line for line in commands(name)} for name in READMES)
    assert chinese <= english
    verbs = [{line.split()[1] for line in lines if line.startswith("bijian")} for lines in (english, chinese)]
    assert verbs[0] == verbs[1]


def test_every_example_that_is_left_out_names_a_command():
    for document in READMES:
        words = [shlex.split(line, comments=True) for line in commands(document) if line.startswith(TOO_LONG)]
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert all(parts[1] in (COMMANDS if parts[0] == "bijian" else targets) for parts in words)


@pytest.mark.parametrize("document", READMES)
def test_the_python_of_the_readme_runs(document, example_folder, few_rows, monkeypatch):
    monkeypatch.chdir(example_folder)
    names = {
        "texts": [row["text"] for row in few_rows],
        "labels": [row["label"] for row in few_rows],
        "authors": [row["group"] for row in few_rows],
    }
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), names)
    assert names["accounts"]["verdict"].iloc[0] in ("flag", "review")


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_lead_somewhere(document):
    for target in LINK.findall((ROOT / document).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), f"{document} links {target}"


def test_a_test_that_is_named_is_there():
    for document in DOCUMENTS:
        for path, name in TEST.findall((ROOT / document).read_text(encoding="utf-8")):
            assert (ROOT / path).is_file(), f"{document} names {path}"
            assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{document} names {path}::{name}"
