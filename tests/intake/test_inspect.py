"""bijian inspect: what was recognised, how each column was understood, and ten rows as understood; and the page that tells it for all."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from exports_table import PAGE, our_table
from samples import HERE

from classifier.cli import main
from classifier.intake.export import describe_export


def test_the_table_in_the_docs_is_what_a_run_gives(child):
    """After a change: python tests/intake/exports_table.py."""
    assert PAGE.read_text(encoding="utf-8").startswith(our_table(child))


def test_every_column_is_told():
    [one] = describe_export(HERE / "lqqyt2423.csv")["files"]
    assert one["exporter"] == "lqqyt2423/wechat_spider"
    assert one["columns"]["标题"] == "title: signature of lqqyt2423/wechat_spider"
    assert one["columns"]["封面"] == "not used"
    assert (one["rows"], one["posts"], one["body_states"]) == (1, 1, {"digest_only": 1})


def test_rows_are_posts_and_rejects_and_every_file_is_there():
    described = describe_export(HERE)
    assert described["rows"] == described["posts"] + described["rejects"]
    assert described["posts"] == described["full"] + described["partial"] + described["without_text"]
    assert {"empty.csv", "single/README.md", "table.xls"} <= {one["src_file"] for one in described["files"]}
    assert len(described["sample"]) == 10


def run(*arguments):
    return CliRunner().invoke(main, ["inspect", *map(str, arguments)])


def test_inspect_shows_columns_and_rows():
    said = run(HERE / "gb18030.csv")
    assert said.exit_code == 0
    assert "gb18030" in said.output
    assert "国标编码的正文" in said.output
    assert "text: alias table" in said.output


def test_a_column_named_by_hand_is_shown(tmp_path):
    (tmp_path / "odd.csv").write_text("甲,乙\n一,二\n")
    said = run(tmp_path / "odd.csv", "--column", "text=乙")
    assert "text: named by hand" in said.output


def test_control_characters_are_shown_and_not_sent(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"title": "\x1b[31m红", "text": "\x1b]0;x\x07正文"}) + "\n")
    said = run(tmp_path / "a.jsonl")
    assert "\x1b" not in said.output
    assert "\x07" not in said.output


@pytest.mark.parametrize("pair", ["text", "=正文", "text="])
def test_a_pair_that_is_none_is_a_usage_error(pair):
    said = run(HERE / "gb18030.csv", "--column", pair)
    assert said.exit_code == 2
    assert "text=正文" in said.output


def test_the_description_can_be_read_by_programs():
    said = run(HERE / "corpus.jsonl", "--format", "json")
    assert json.loads(said.output)["posts"] == 1


def test_a_missing_file_is_said_in_one_line(tmp_path):
    said = run(tmp_path / "nowhere.csv")
    assert said.exit_code == 1
    assert "no such file" in said.output
