"""Real exports, read without options. They are other people's: never in the repository, and the tests skip where they are absent."""

from __future__ import annotations

import hashlib

import pytest
from samples import SHARED, read_sample

from classifier.intake.export import stream_export

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there: real exports are not part of the repository")

# name: (exporter, posts, rejects, account_key of the first unless it is a contact, body states)
REAL = {
    "01_wechat-article-exporter_微信公众号文章.xlsx": ("wechat-article-exporter", 44, 0, "name#c29306eed096756f", {"full", "digest_only"}),
    "02_wechat-article-exporter_md_before-2026-07.md": ("wechat-article-exporter", 1, 0, "name#c29306eed096756f", {"title_only"}),
    "03a_wechat_raw_html_deleted-by-author.html": ("wechat-page", 1, 0, "file:exports", {"deleted"}),
    "03b_wechat_raw_html_violation.html": ("wechat-page", 1, 0, "file:exports", {"violation"}),
    "04_wechat_articles_spider_profile_ext_极简史.json": ("wechat_articles_spider profile_ext", 34, 0, "wechat:biz:3217638027", {"digest_only"}),
    "05_wechat_articles_spider_appmsg-list_test.json": ("wechat_articles_spider appmsg list", 26, 0, "wechat:biz:2390483595", {"digest_only", "title_only"}),
    "06_mongoexport_wechat.csv": ("mongoexport", 120, 0, "wechat:biz:3075676532", {"title_only"}),
    "07_weixin_public_corpus_preview.json": ("weixin_public_corpus", 8, 0, None, {"full"}),
    "08_weibo-crawler_2020_人民日报_2803301701.csv": ("weibo-crawler", 150, 0, "weibo:2803301701", {"full"}),
    "09_MediaCrawler_xhs_search_contents_2025-09-05.json": ("MediaCrawler xhs", 13, 3, "xhs:redacted0000000100000000", {"full"}),
    "10_wechat-feeds_MTY5NDY3.xml": ("wechat-feeds", 3, 0, "wechat:biz:169467", {"title_only"}),
    "MANIFEST.md": (None, 0, 1, None, set()),
    "synthetic/s01_telegram_result.json": ("Telegram Desktop", 3, 1, "telegram:1234567890", {"full"}),
    "synthetic/s02_telegram_result_invalid_escape.json": ("Telegram Desktop", 3, 1, "telegram:1234567890", {"full"}),
    "synthetic/s03_lijinma_wechat_spider_gbk.csv": ("lijinma/wechat_spider", 2, 0, "wechat:biz:3217638027", {"digest_only"}),
    "synthetic/s04_weiboSpider_repeated_header_1669879400.csv": ("weiboSpider", 2, 1, "weibo:1669879400", {"full"}),
    "synthetic/s05_weibo-crawler_2025-04to11_misaligned_2803301701.csv": ("weibo-crawler", 2, 0, "weibo:2803301701", {"full"}),
    "synthetic/s06_MediaCrawler_search_contents_2026-07-05.jsonl": ("MediaCrawler weibo", 1, 0, "mc:0123456789abcdef", {"full"}),
    "synthetic/s07_wewe-rss_MP_WXS_3217638027.json": ("WeWe-RSS", 2, 0, "wechat:biz:3217638027", {"fetch_failed", "full"}),
    "synthetic/s08_mp_admin_已通知内容.xls": ("微信公众平台 admin download", 1, 0, "wechat:biz:3217638027", {"title_only"}),
    "synthetic/s09_telegram_messages.html": ("Telegram Desktop", 2, 1, "name:测试频道", {"full"}),
    "synthetic/s10_we-mp-rss_all.xml": ("we-mp-rss", 1, 0, "wechat:biz:3217638027", {"full"}),
}
# (file, post's place): the first twelve hex digits of the SHA-256 of account key, title and text, and the time. The posts are
# other people's and are not quoted here; each was compared by eye with its file when the digests were written.
POSTS = [
    ("01_wechat-article-exporter_微信公众号文章.xlsx", 1, "6b2763a21ade", "bd1f195e748d", "d4ee90f40490", "2022-04-08T17:30:00+08:00"),
    ("02_wechat-article-exporter_md_before-2026-07.md", 0, "6b2763a21ade", "fb8258a016d4", "e3b0c44298fc", "2025-01-01T11:33:00+08:00"),
    ("04_wechat_articles_spider_profile_ext_极简史.json", 1, "b11a1398e117", "5cb2ae4db864", "e3b0c44298fc", "2019-10-03T11:11:00+08:00"),
    ("05_wechat_articles_spider_appmsg-list_test.json", 0, "799694461129", "0a4037c18efc", "e3b0c44298fc", "2020-11-06T21:55:45+08:00"),
    ("06_mongoexport_wechat.csv", 0, "2c3c84f6c437", "5e2976f70638", "e3b0c44298fc", "2020-07-31T15:43:58+08:00"),
    ("07_weixin_public_corpus_preview.json", 0, "81c380f18bfb", "f2ed0634bbfa", "8d58024fd5a6", None),
    ("08_weibo-crawler_2020_人民日报_2803301701.csv", 0, "92e168997489", "e3b0c44298fc", "91c002df8e1a", "2020-05-17"),
    ("09_MediaCrawler_xhs_search_contents_2025-09-05.json", 0, "53a61c340649", "fb33a4cddd2d", "5082456b1532", "2025-07-25T11:40:35+08:00"),
    ("10_wechat-feeds_MTY5NDY3.xml", 0, "a5cd4110110f", "323430356769", "e3b0c44298fc", "2021-06-16T18:30:16+08:00"),
]


def digest(text):
    return hashlib.sha256((text or "").encode()).hexdigest()[:12]


def test_every_real_sample_is_listed():
    assert sorted(REAL) == sorted(path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", REAL)
def test_a_real_export_is_recognised_without_options(name, child):
    exporter, n_posts, n_rejects, account_key, states = REAL[name]
    posts, rejects = read_sample(name, child, SHARED)
    assert (len(posts), len(rejects)) == (n_posts, n_rejects)
    assert {post["exporter"] for post in posts} <= {exporter}
    assert {post["body_state"] for post in posts} == states
    assert account_key in (None, posts[0]["account_key"] if posts else None)


@pytest.mark.parametrize(("name", "place", "account", "title", "text", "published_at"), POSTS, ids=[name[:3] for name, *_ in POSTS])
def test_a_real_post_has_its_account_title_body_and_time(name, place, account, title, text, published_at, child):
    post = read_sample(name, child, SHARED)[0][place]
    assert (digest(post["account_key"]), digest(post["title"]), digest(post["text"]), post["published_at"]) == (account, title, text, published_at)


def test_a_misaligned_row_is_put_right(child):
    post = read_sample("synthetic/s05_weibo-crawler_2025-04to11_misaligned_2803301701.csv", child, SHARED)[0][0]
    assert (post["text"], post["published_at"]) == ("正文一", "2025-06-01T12:00:00+08:00")


def test_an_invalid_escape_is_repaired(child):
    post = read_sample("synthetic/s02_telegram_result_invalid_escape.json", child, SHARED)[0][2]
    assert post["text"] == "控制字符\x01写成非法转义"


def test_the_platforms_reason_is_kept_as_evidence(child):
    [post], _ = read_sample("03b_wechat_raw_html_violation.html", child, SHARED)
    assert any("涉嫌过度营销" in note for note in post["notes"])


def test_the_whole_folder_ends_well_and_no_row_is_lost():
    batches = list(stream_export(SHARED))
    read = sum(len(batch.posts) + len(batch.rejects) for batch in batches)
    assert read == sum(posts + rejects for _, posts, rejects, _, _ in REAL.values())
