"""The report says what the tables say, and nothing a post says can act in it."""

import base64
import datetime as dt
import hashlib
import json
import shutil
import subprocess

import lxml.html
import pandas as pd
import pytest
from click.testing import CliRunner
from invented import write_scored_folder

from classifier.cli import main
from classifier.errors import RunError
from classifier.outcome.report import build, survey
from classifier.outcome.report.build import build_report
from classifier.outcome.report.page import render_page, show_text
from classifier.outcome.report.passages import choose_passages, cut_excerpt, mask_places, show_passages
from classifier.outcome.report.pictures import draw_histogram, gather_timeline, shorten_count
from classifier.outcome.report.words import describe_score
from classifier.outcome.report.write import write_report
from classifier.outcome.tables import pieces
from classifier.outcome.tables.read import FORMATS, read_table
from classifier.outcome.tables.write import TableWriter, write_text

CHROMIUM = shutil.which("chromium")
PLACES = ("name", "title", "text", "url", "quote", "lead", "reason", "file", "run")
# Each would set data-pwned on the page, or leave its own element in it, if a browser took it for markup.
RUN = "document.documentElement.dataset.pwned=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</ScRiPt >",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror="{RUN}">',
    f"'><img src=x onerror='{RUN}'>",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}//",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f"<iframe src=javascript:parent.{RUN}>",
    f"<object data=javascript:{RUN}>",
    f"<a href=javascript:{RUN}>加微信</a>",
    f"javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"<math><mtext></mtext><script>{RUN}</script></math>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<template><script>{RUN}</script></template>",
    f'" onmouseover="{RUN}',
    f"' autofocus onfocus='{RUN}",
    f"` onload=`{RUN}",
    f"<p style=animation-name:x onanimationstart={RUN}>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<base href=//x.example/>",
    "<form action=//x.example><button>提交</button></form>",
    "<mark>假</mark></blockquote></article></main></body></html>",
    "<plaintext>",
    "{{ 7*7 }}",
    "{% raw %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "&lt;script&gt;&#60;script&#62;",
    "&#x3c;script>",
    "＜script＞",
    "<\u2028script>",
    "=1+1<b>",
    "%3Cscript%3E",
    "<x" + " a" * 60 + ">",
]


def drawn(report):
    return "".join(render_page(report))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scored_folder(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def report(folder):
    return build_report(folder)


@pytest.fixture(scope="module")
def page(report):
    return lxml.html.document_fromstring(drawn(report))


def elements_of(html):
    """The element tree with every attribute, without the texts and without the boxes of hidden characters."""
    return [
        (element.tag if isinstance(element.tag, str) else "comment", dict(element.attrib), len(list(element.iterancestors())))
        for element in lxml.html.document_fromstring(html).iter()
        if element.get("class") != "hidden-mark"
    ]


# ---------------------------------------------------------------- the data


def test_the_counts_are_those_of_the_tables(folder, report):
    accounts, posts, rejects = (read_table(folder, name) for name in ("accounts", "posts", "rejects"))
    counts = report["counts"]
    assert counts["accounts"] == len(accounts)
    assert counts["posts"] == len(posts) == sum(counts["post_verdicts"].values())
    assert counts["verdicts"] == {verdict: int((accounts["verdict"] == verdict).sum()) for verdict in ("flag", "review", "clear", "abstain")}
    assert counts["rows_read"] == len(posts) + len(rejects)
    assert sum(row["count"] for row in report["rejects"]) == len(rejects)
    assert sum(row["count"] for row in report["not_judged"]) == int(posts["verdict"].isna().sum())
    assert sum(sum(scores.values()) for scores in report["distribution"]["posts"]) == int(posts["score"].notna().sum())


def test_the_worst_accounts_come_first_also_when_the_table_was_sorted_otherwise(folder, report, tmp_path):
    shuffled = tmp_path / "run"
    shutil.copytree(folder, shuffled)
    heading, *rows = (folder / "accounts.csv").read_text("utf-8-sig").splitlines()
    (shuffled / "accounts.csv").write_text("\n".join([heading, *sorted(rows)]), encoding="utf-8-sig")
    assert build_report(shuffled) == report
    order = [(account["verdict"], -account["score"]) for account in report["accounts"]]
    assert order == sorted(order, key=lambda pair: (["flag", "review"].index(pair[0]), pair[1]))


def test_the_verdict_comes_before_the_score():
    accounts = [{"verdict": verdict, "score": score} for verdict, score in (("clear", 0.99), ("abstain", None), ("review", 0.98), ("flag", 0.2), ("flag", 0.5))]
    ordered = build._order_accounts(accounts)
    assert [(account["verdict"], account["score"]) for account in ordered] == [("flag", 0.5), ("flag", 0.2), ("review", 0.98), ("abstain", None), ("clear", 0.99)]


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_format_of_the_tables_does_not_show(fmt, report, tmp_path):
    again = build_report(write_scored_folder(tmp_path / "run", fmt=fmt))
    for one in (again, again := json.loads(json.dumps(again))):
        assert [account["name"] for account in one["accounts"]] == [account["name"] for account in report["accounts"]]
    assert again["accounts"][0]["passages"] == json.loads(json.dumps(report["accounts"][0]["passages"]))
    assert again["accounts"][0]["leads"] == report["accounts"][0]["leads"]
    assert again["not_judged"] == report["not_judged"]


def test_passages_are_different_and_of_different_posts_first(report):
    for account in report["accounts"]:
        excerpts = [passage["excerpt"] for passage in account["passages"]]
        assert 1 <= len(excerpts) <= 3
        assert all(any(part["mark"] == "strong" for part in excerpt) for excerpt in excerpts)
        posts = [passage["position"] for passage in account["passages"]]
        assert len(set(posts)) == min(len(posts), len(account["posts"]))


def test_an_excerpt_reads_as_the_post_does():
    text = "甲" * 100 + "加微信进群" + "乙" * 200
    passage = {"start": 100, "end": 105, "quote": "加微信进群"}
    parts = cut_excerpt(text, passage, [(100, 105, True), (90, 102, False), (290, 300, False)])
    assert [part["text"] for part in parts] == ["…", "甲" * 60, "甲" * 10, "加微", "信进群", "乙" * 110, "…"]
    assert [part["mark"] for part in parts] == ["", "", "weak", "strong", "strong", "", ""]


def test_an_excerpt_masks_what_the_quote_masks():
    parts = cut_excerpt("加微信abc123进群", {"start": 0, "end": 9, "quote": "加微信ab••23"}, [(0, 9, True)])
    assert "".join(part["text"] for part in parts) == "加微信ab••23进群"


def test_passages_of_one_text_make_one_excerpt():
    text = "加微信进群" + "甲" * 500 + "填邀请码" + "乙" * 20 + "返佣"
    ends = [{"start": 505, "end": 509, "quote": "填邀请码"}, {"start": 0, "end": 5, "quote": "加微信进群"}, {"start": 529, "end": 531, "quote": "返佣"}]
    parts = cut_excerpt(text, ends[0], [(passage["start"], passage["end"], True) for passage in ends], ends[1:])
    assert "".join(part["text"] for part in parts) == "加微信进群" + "甲" * 110 + "…" + "甲" * 70 + "填邀请码" + "乙" * 20 + "返佣"
    assert [part["text"] for part in parts if part["mark"]] == ["加微信进群", "填邀请码", "返佣"]


def test_no_excerpt_is_shown_twice_and_none_that_carries_little():
    def post(position, *evidence, verdict="offer"):
        text = "".join(quote for quote, _ in evidence)
        places = [text.index(quote) for quote, _ in evidence]
        passages = [{"field": "text", "start": at, "end": at + len(quote), "quote": quote, "weight": weight} for at, (quote, weight) in zip(places, evidence, strict=True)]
        plain = dict.fromkeys(survey.SURVEYED) | {"post_id": str(position)}
        return plain | {"position": position, "verdict": verdict, "text": text, "masked": [], "evidence": passages}

    posts = [post(0, ("加微信进群", 4.0), ("填邀请码", 3.0), ("天气很好", 0.59)), post(1, ("晚安", 0.59)), post(2, ("返佣", 0.61))]
    shown = [show_passages(*chosen) for chosen in choose_passages(posts)]
    assert [passage["position"] for passage in shown] == [0, 2]
    assert "".join(part["text"] for part in shown[0]["excerpt"]) == "加微信进群填邀请码天气很好"


def test_a_venue_two_accounts_name_says_nothing_of_either(tmp_path):
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    path = folder / "leads.jsonl"
    path.write_text(path.read_text("utf-8").replace('"domain"', '"venue"'), "utf-8")
    leads = [lead for account in build_report(folder)["accounts"] for lead in account["leads"]]
    assert {lead["n_others"] for lead in leads if lead["kind_en"] == "venue"} == {0}
    assert any(lead["n_others"] for lead in leads if lead["kind_en"] == "referral code")


@pytest.mark.parametrize("code", ["not_an_export", "empty"])
def test_every_reject_is_worded(code, tmp_path):
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    path = folder / "rejects.jsonl"
    path.write_text(path.read_text("utf-8").replace('"unreadable"', f'"{code}"'), "utf-8")
    named = next(row for row in build_report(folder)["rejects"] if row["code"] == code)
    assert code not in (named["chinese"], named["english"])


def change(folder, name, edit):
    """Write table *name* of *folder*, JSON Lines or Parquet, anew with *edit* done to each row."""
    table = read_table(folder, name)
    rows = [edit(row) or row for row in table.to_dict("records")]
    frame = pd.DataFrame({column: pd.Series([row[column] for row in rows], dtype=object) for column in table.columns})
    with TableWriter(folder / name, "parquet" if name == "texts" else "jsonl", list(table.columns)) as writer:
        writer.write(frame)


def test_accounts_without_an_id_keep_their_leads_apart(tmp_path):
    """As in exports that give names only, where post_id counts from one for each account."""
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    before = {account["name"]: account["leads"] for account in build_report(folder)["accounts"]}

    def shorten(row):
        row["account_id"] = None
        if "post_id" in row:
            row["post_id"] = row["post_id"].partition("-")[2]
        if "top_posts" in row:
            row["top_posts"] = [post.partition("-")[2] for post in row["top_posts"]]

    for name in ("accounts", "leads", "texts"):
        change(folder, name, shorten)
    report = build_report(folder)
    assert {account["name"]: account["leads"] for account in report["accounts"]} == before
    assert all(len(passage["excerpt"]) > 1 for account in report["accounts"] for passage in account["passages"])


@pytest.mark.parametrize("text", ["", "完全不同的正文", None])
def test_a_passage_whose_text_is_lost_reads_as_its_quote(text):
    assert cut_excerpt(text or "", {"start": 2, "end": 4, "quote": "进群"}, [(2, 4, True)]) == [{"text": "进群", "mark": "strong"}]


def test_a_shared_lead_names_the_other_accounts_unless_it_is_masked(report):
    leads = {(account["name"], lead["value"]): lead for account in report["accounts"] for lead in account["leads"]}
    assert leads["新手入门手册", "BJ2026"]["others"] == ["老陈看盘笔记", "码农手记"]
    assert {name for name, value in leads if value == "138••••0000"} == {"链上生活指南", "云端算力俱乐部"}
    assert all(lead["n_others"] == 0 and lead["others"] == [] for (_, value), lead in leads.items() if "•" in value)


def test_a_contact_the_tables_mask_is_masked_around_a_quote_too(tmp_path):
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    texts = {row["post_id"]: row["text"] for row in read_table(folder, "texts").to_dict("records")}
    masked = [lead for lead in read_table(folder, "leads").to_dict("records") if lead["value"] == "ab••••88"]
    with (folder / "leads.jsonl").open("a", encoding="utf-8") as leads:
        for lead in masked:
            start = len(texts[lead["post_id"]]) + 4
            texts[lead["post_id"]] += "再说一遍abSECR88"
            leads.write(json.dumps(lead | {"start": start, "end": start + 8}) + "\n")
    change(folder, "texts", lambda row: row | {"text": texts[row["post_id"]]})
    page = drawn(build_report(folder))
    assert "再说一遍ab••••88" in page
    assert "SECR" not in page


def test_a_contact_the_tables_missed_is_masked_unless_revealed(tmp_path):
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    change(folder, "texts", lambda row: row | {"text": row["text"] and row["text"] + "飞机 @coin_desk"})
    assert "coin_desk" not in drawn(build_report(folder))
    run = json.loads((folder / "run.json").read_text("utf-8"))
    run["options"]["reveal"] = True
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    assert "coin_desk" in drawn(build_report(folder))


def test_masking_keeps_every_offset():
    assert mask_places("加微信abc123进群", [(3, 9, "ab••23"), (20, 30, "•")]) == "加微信ab••23进群"
    assert mask_places("加微信ａｂｃ 123进群", [(3, 10, "ab••23")]) == "加微信ａ••••••进群"
    assert mask_places("加微信ab••23进群", [(3, 9, "a•••••")]) == "加微信ab••23进群"


def test_a_timeline_holds_every_post_and_no_more_than_sixty_steps():
    for days in (1, 30, 200, 1000, 3000, 20000):
        first = dt.date(1970, 1, 1)
        timeline = gather_timeline({(first, "offer"): 2, (first + dt.timedelta(days=days), "clear"): 3})
        assert len(timeline["steps"]) <= 60
        assert sum(step["offer"] for step in timeline["steps"]) == 2
        assert sum(step["other"] for step in timeline["steps"]) == 3


def test_no_dates_give_no_timeline():
    assert gather_timeline({})["steps"] == []


def test_the_words_of_a_score_follow_its_number():
    assert [describe_score(score)[1] for score in (None, 0.0, 0.1, 0.4, 0.7, 0.9, 1.0)] == [
        "not scored",
        "very low",
        "low",
        "middling",
        "high",
        "very high",
        "very high",
    ]


def test_bars_stay_inside_the_drawing():
    drawn = draw_histogram([{"clear": 100000, "offer": 1}, {"clear": 0, "offer": 0}, {"clear": 0, "offer": 1}], width=300, height=100)
    assert all(float(bar["y"]) >= 0 and float(bar["y"]) + float(bar["height"]) <= 100.2 for bar in drawn["bars"])
    assert [label["text"] for label in drawn["labels"]] == ["10万", "1"]
    assert draw_histogram([{"clear": 0}], width=10, height=10)["bars"] == []


def test_long_counts_are_short():
    assert [shorten_count(count) for count in (0, 9999, 10000, 12345, 191577, 123456789)] == ["0", "9999", "1.0万", "1.2万", "19万", "1.2亿"]


@pytest.mark.parametrize("rows", [1, 7])
def test_the_report_does_not_depend_on_the_pieces_the_texts_are_read_in(rows, folder, report, monkeypatch):
    """A piece often holds no post that is quoted."""
    monkeypatch.setattr(pieces, "FRAME_ROWS", rows)
    assert build_report(folder) == report


def test_a_large_folder_shows_the_worst_and_counts_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "DETAILED_ACCOUNTS", 4)
    monkeypatch.setattr(build, "LISTED_ACCOUNTS", 10)
    monkeypatch.setattr(survey, "LISTED_POSTS", 3)
    large = build_report(write_scored_folder(tmp_path / "run", copies=3))
    assert [account["verdict"] for account in large["accounts"]] == ["flag"] * 4
    assert len(large["rest"]) == 10
    assert large["rest_left_out"] == 30 - 4 - 10
    assert large["detail_left_out"] == 15 - 4
    assert all(len(account["posts"]) == 3 and account["posts_left_out"] == account["n_offer"] + account["n_review"] - 3 for account in large["accounts"])


def test_two_accounts_may_use_one_post_id(tmp_path):
    folder = write_scored_folder(tmp_path / "run", fmt="jsonl")
    change(folder, "texts", lambda row: row | {"post_id": "1"})
    for account in build_report(folder)["accounts"]:
        for passage in account["passages"]:
            assert passage["length"] > 0
            assert len(passage["excerpt"]) > 1


def test_tables_with_only_the_promised_columns_are_enough(folder, tmp_path):
    lean = tmp_path / "run"
    shutil.copytree(folder, lean)
    table = read_table(folder, "accounts").drop(columns=["n_review", "reason_en"])
    (lean / "accounts.csv").unlink()
    table.to_json(lean / "accounts.jsonl", orient="records", lines=True, force_ascii=False)
    report = build_report(lean)
    assert [len(account["posts"]) for account in report["accounts"]] == [len(account["posts"]) for account in build_report(folder)["accounts"]]
    assert "需要查看的公众号" in drawn(report)


def test_an_empty_run_has_a_page(tmp_path):
    folder = write_scored_folder(tmp_path / "run", copies=0)
    page = drawn(build_report(folder))
    assert "没有公众号需要查看" in page


@pytest.mark.parametrize("name", ["accounts", "posts", "leads", "rejects", "texts"])
def test_a_missing_table_is_named(name, folder, tmp_path):
    lacking = tmp_path / "run"
    shutil.copytree(folder, lacking)
    next(lacking.glob(f"{name}.*")).unlink()
    with pytest.raises(RunError, match=f"holds no {name}"):
        build_report(lacking)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_missing_or_damaged_run_is_named(content, folder, tmp_path):
    damaged = tmp_path / "run"
    shutil.copytree(folder, damaged)
    (damaged / "run.json").unlink()
    if content is not None:
        (damaged / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"run\.json"):
        build_report(damaged)


def test_rows_that_do_not_add_up_are_said(folder, tmp_path):
    short = tmp_path / "run"
    shutil.copytree(folder, short)
    run = json.loads((short / "run.json").read_text("utf-8"))
    run["counts"]["rows_read"] += 1
    (short / "run.json").write_text(json.dumps(run), "utf-8")
    assert "行数对不上" in drawn(build_report(short))
    assert "行数对不上" not in drawn(build_report(folder))


# ---------------------------------------------------------------- the page


def test_the_page_says_that_a_person_decides(page):
    notice = page.find_class("notice")[0].text_content()
    assert "处置由人决定" in notice
    assert "Nothing is decided without a person" in notice
    assert "写到虚拟货币不等于揽客" in notice


def test_every_account_is_on_the_page_with_its_verdict_in_words(report, page):
    articles = page.findall(".//article")
    assert [article.find(".//h3").text_content() for article in articles] == [account["name"] for account in report["accounts"]]
    assert ["建议优先查看" in article.find_class("badge")[0].text_content() for article in articles] == [account["verdict"] == "flag" for account in report["accounts"]]
    rows = page.xpath("//section[@aria-labelledby='rest-heading']//tbody/tr")
    assert len(rows) == len(report["rest"]) == 5


def test_the_page_asks_nothing_of_a_network_and_links_nowhere(page):
    for element in page.iter():
        for name, value in element.attrib.items():
            assert name not in {"src", "srcset", "action", "formaction", "data", "style", "background", "poster", "xlink:href"}, (element.tag, name)
            assert not name.startswith("on")
            assert name != "href" or value == "#accounts"
    assert "url(" not in page.findtext(".//style")
    assert "@import" not in page.findtext(".//style")


def test_the_policy_names_exactly_the_style_and_the_script_of_the_page(page):
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (element,) = page.findall(f".//{tag}")
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_every_id_is_used_once(page):
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)


def test_writing_the_report_twice_gives_equal_bytes(folder, tmp_path):
    again = tmp_path / "run"
    shutil.copytree(folder, again)
    first = write_report(again).read_bytes()
    assert write_report(again).read_bytes() == first
    assert sorted(path.name for path in again.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_post_changes_no_element(payload, tmp_path):
    hostile = drawn(build_report(write_scored_folder(tmp_path / "hostile", payload=payload, where=PLACES, fmt="jsonl")))
    harmless = drawn(build_report(write_scored_folder(tmp_path / "harmless", payload="x" * len(payload), where=PLACES, fmt="jsonl")))
    assert elements_of(hostile) == elements_of(harmless)
    # It is shown, and in every place: as the words it is made of. Names are cut at some length.
    seen = lxml.html.document_fromstring(hostile.replace("\u2028", "")).text_content()
    assert "\u2028" in payload or seen.count(payload[:40]) >= len(PLACES)


def test_what_no_filter_escapes_the_template_does(folder):
    report = build_report(folder)
    report["counts"]["rejects_file"] = "<b>rejects</b>"
    assert "&lt;b&gt;rejects" in drawn(report)


def test_hidden_characters_are_shown_by_name():
    assert show_text("加\u200b微\u202e信") == (
        '加<span class="hidden-mark" title="U+200B">ZWSP</span>微<span class="hidden-mark" title="U+202E">RLO</span>信'
    )
    assert show_text("a\u200b\u200b\u200bb") == 'a<span class="hidden-mark" title="U+200B">ZWSP×3</span>b'
    assert show_text("\x1b[31m") == '<span class="hidden-mark" title="U+001B">U+001B</span>[31m'
    assert show_text("<b>\U000e0041") == '&lt;b&gt;<span class="hidden-mark" title="U+E0041">U+E0041</span>'


def test_what_belongs_to_a_pictograph_is_not_marked():
    assert show_text("❤️ 👨‍👩‍👧 微信") == "❤️ 👨‍👩‍👧 微信"


def test_blank_lines_are_one():
    assert show_text("甲\n \n\u3000\n乙") == "甲\n乙"


def test_half_a_character_does_not_lose_the_page(folder, tmp_path):
    report = build_report(folder)
    report["accounts"][0]["name"] = "\ud83d"
    write_text(tmp_path / "report.html", render_page(report))
    assert "\ufffd" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_command_says_where_the_page_is(folder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    outcome = CliRunner().invoke(main, ["report", str(run)])
    assert outcome.exit_code == 0
    assert outcome.stdout == f"{run / 'report.html'}\n"
    assert (run / "report.html").stat().st_size > 10_000
    assert "\n    bijian report march\n" in CliRunner().invoke(main, ["report", "--help"]).stdout


# ---------------------------------------------------------------- a browser


def browse(tmp_path, *arguments):
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars"]
    command = [CHROMIUM, *flags, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=120, text=True, encoding="utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_browser_runs_our_script_and_nothing_of_a_post(tmp_path):
    page = write_report(write_scored_folder(tmp_path / "hostile", payload="\n".join(PAYLOADS), where=PLACES, fmt="jsonl"))
    harmless = write_report(write_scored_folder(tmp_path / "harmless", payload="\n".join("x" * len(payload) for payload in PAYLOADS), where=PLACES, fmt="jsonl"))
    hostile_dom, harmless_dom = (browse(tmp_path, "--dump-dom", path.as_uri()).stdout for path in (page, harmless))
    tree = lxml.html.document_fromstring(hostile_dom)
    assert tree.get("data-pwned") is None
    assert elements_of(hostile_dom) == elements_of(harmless_dom)
    # Our own script has run: it shows the tools.
    assert tree.get_element_by_id("tools").get("hidden") is None


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_draws_the_page(width, folder, tmp_path):
    path = write_report(folder)
    browse(tmp_path, f"--window-size={width},1200", f"--screenshot={tmp_path / 'page.png'}", path.as_uri())
    picture = (tmp_path / "page.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    # An empty page of this size packs to a few kilobytes.
    assert len(picture) > 60_000
