"""
Writes the sample exports beside this file: invented posts in the shapes export-formats.md describes, one file an exporter.

Run it after a change and look at the difference; what each file must be read as stands in expected.json, by hand.
The one file it cannot write is official.xls (OLE2): xlwt 1.3 wrote it once from OFFICIAL below.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
BIZ = "MzIxNzYzODAyNw=="  # 3217638027

ARTICLE_HEADINGS = ["公众号", "ID", "链接", "标题", "封面", "摘要", "创建时间", "发布时间", "阅读", "点赞", "分享", "喜欢", "留言", "作者", "是否原创", "文章类型", "所属合集", "文章内容"]
OFFICIAL = [
    ["内容标题", "发表时间", "总阅读人数", "总阅读次数", "总分享人数", "总分享次数", "阅读后关注人数", "送达人数", "公众号消息阅读次数", "送达阅读率", "首次分享次数", "分享产生阅读次数", "首次分享率", "每次分享带来阅读次数", "阅读完成率", "内容url"],
    ["周报第三期", "20220329", 94, 163, 7, 10, 0, 2112, 79, 0.0374, 5, 69, 0.0633, 6.9, 0.6889, f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=2247000003&idx=1&sn=abc3&chksm=ff"],
]


def write(name: str, text: str, encoding: str = "utf-8", newline: str = "\n") -> None:
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.replace("\n", newline).encode(encoding))


def write_json(name: str, value: object, **how: object) -> None:
    write(name, json.dumps(value, ensure_ascii=False, **how))  # type: ignore[arg-type]


def write_lines(name: str, values: list[object], *, ascii_only: bool = False) -> None:
    write(name, "".join(json.dumps(value, ensure_ascii=ascii_only) + "\n" for value in values))


def write_csv(name: str, rows: list[list[object]], encoding: str = "utf-8") -> None:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerows(rows)
    write(name, held.getvalue(), encoding)


def write_xlsx(name: str, sheets: dict[str, list[list[object]]]) -> None:
    with xlsxwriter.Workbook(HERE / name, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": __import__("datetime").datetime(2026, 1, 1)})
        for sheet, rows in sheets.items():
            page = book.add_worksheet(sheet)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)


def wechat_tables() -> None:
    rows: list[list[object]] = [
        ["链上晨报", "2247000001_1", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA1", "什么是A&B", "http://example.invalid/c", "摘要一", "2025-11-10 11:00:00", "2025-11-10 12:00:00", "", "", "", "", "", "甲", "原创", "普通图文", "", "什么是A&amp;B\n\n正文第一段。正文第二段。"],
        ["链上晨报", "2247000001_2", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA2", "只有标题的一篇", "", "摘要二", "2025-11-10 11:00:00", "2025-11-10 12:00:00", "", "", "", "", "", "", "", "普通图文", "", "只有标题的一篇\n\n"],
        ["链上晨报", "2247000002_1", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA3", "付费的一篇", "", "", "2025-11-11 08:00:00", "2025-11-11 08:05:00", "", "", "", "", "", "", "", "普通图文", "", "付费的一篇\n\n[付费文章]\n试读的几句话"],
        ["链上晨报", "2247000003_1", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA4", "图片一组", "", "", "2025-11-12 08:00:00", "2025-11-12 08:05:00", "", "", "", "", "", "", "", "图片分享", "", ""],
        ["链上晨报", "2247000004_1", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAA5", "很长的一篇", "", "", "2025-11-13 08:00:00", "2025-11-13 08:05:00", "", "", "", "", "", "", "", "普通图文", "", "很长的一篇\n\n" + "长" * (32_767 - 7)],
    ]
    write_xlsx("wechat-article-exporter.xlsx", {"Sheet1": [ARTICLE_HEADINGS, *rows]})
    item = {"aid": "2247000010_1", "appmsgid": 2247000010, "itemidx": 1, "create_time": 1762747210, "update_time": 1762747300, "digest": "摘要", "is_deleted": False, "item_show_type": 0, "link": "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBB1", "title": "JSON里的一篇", "fakeid": BIZ, "_status": "", "_single": False, "_accountName": None, "content": "JSON里的一篇\n\n这里是正文。", "comments": [{"content": "读者的话", "nick_name": "某人", "openid": "o"}]}
    gone = {**item, "aid": "2247000011_1", "appmsgid": 2247000011, "title": "被删的一篇", "is_deleted": True, "_status": "已删除", "content": None, "link": "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBB2"}
    write_json("wechat-article-exporter.json", [item, gone])
    write_json("wechat-article-exporter_accounts.json", {"version": "1", "usefor": "wechat-article-exporter", "accounts": [{"fakeid": BIZ, "nickname": "号"}]})
    write(
        "lijinma.csv",
        "accountName,author,title,contentUrl,cover,digest,idx,sourceUrl,createTime,readNum,likeNum,rewardNum,electedCommentNum\n"
        f'"null","作者甲","标题里有"引号"和","逗号","http://mp.weixin.qq.com/s?__biz={BIZ}&mid=21&idx=1&sn=aa1#rd","http://example.invalid/c.jpg","摘要"一"","1","","2017-05-01 08:00:00","100","3","0","1",\n'
        "accountName,author,title,contentUrl,cover,digest,idx,sourceUrl,createTime,readNum,likeNum,rewardNum,electedCommentNum\n"
        f'"测试号","作者乙","第二条","http://mp.weixin.qq.com/s?__biz={BIZ}&mid=21&idx=2&sn=bb1#rd","http://example.invalid/c.jpg","","2","","2017-05-01 08:00:00","50","1","0","0",\n',
        "gbk",
    )
    write_csv("lqqyt2423.csv", [
        ["公众号名称", "公众号ID", "发布时间", "发布位置", "阅读数", "点赞数", "标题", "摘要", "链接", "封面", "阅读原文链接", "msgBiz"],
        ["链上晨报", "gh_0a0a0a0a0a0a", "2020-03-01 21:05", "2", "10", "1", "比特币减半倒计时", "摘要", f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=31&idx=2&sn=cc1", "", "", BIZ],
    ])
    write_json("lqqyt2423.json", [{"_id": "5e5", "title": "比特币减半倒计时", "link": f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=32&idx=1&sn=cc2", "publishAt": "2020-03-01T13:05:00.000Z", "msgBiz": BIZ, "msgMid": "32", "msgIdx": "1", "digest": "摘要", "wechatId": "gh_0a0a0a0a0a0a", "profile": {"title": "链上晨报"}}])
    layfz = [{"title": "城市漫步", "author": "小编", "content": "沿河走了两小时。", "publish_time": "2024-12-01 09:00:00", "url": f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=41&idx=1&sn=dd1&key=SECRETKEY&uin=SECRETUIN&pass_ticket=SECRETTICKET&exportkey=SECRETEXPORT", "biz_id": BIZ, "mid_id": "41", "push_location": "1"}]
    write_json("layfz.json", {"articles": layfz, "comments": [{"content": "读者的话"}]})
    write_csv("layfz.csv", [list(layfz[0]), list(layfz[0].values())], "utf-8-sig")
    write_xlsx("layfz.xlsx", {"Articles": [list(layfz[0]), list(layfz[0].values())], "Comments": [["content", "nick_name"], ["读者的话", "某人"]]})
    write_csv("mongoexport.csv", [
        ["_id", "title", "content_url", "source_url_digest", "cover", "p_date", "read_num", "like_num", "comment_num", "reward_num", "author", "c_date", "u_date"],
        ["ObjectId(5f29736bef3c5d8dfcefd84b)", "开学第一课", f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=51&idx=1&sn=ee1&chksm=84&scene=27#wechat_redirect", "", "", "2020-07-31T15:43:58.000Z", "4322", "23", "0", "0", "官微", "2020-08-04T22:40:43.199Z", ""],
    ])
    write_xlsx("wnma3mz_example.xlsx", {"Sheet1": [["", "url", "title", "date", "read_num", "like_num"], [0, f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=61&idx=1&sn=ff1", "十月流水账", "2019-9-27", 3, 1]]})
    write_json("qingbo.json", {"data": [{"id": 9, "table_name": "t", "name": "链上晨报", "wx_name": "lianshang-cb", "nickname_id": 77, "posttime": "2021-02-03 10:00:00", "title": "行情速览", "content": "这是摘要", "url": f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=71&idx=1&sn=gg1", "readnum": 100001, "likenum": 5, "readnum_pm": 1, "likenum_pm": 1}]})
    write_json("wechat2rss_query.json", {"data": [{"biz_id": "3217638027", "biz_name": "链上晨报", "title": "查询接口", "desc": "摘要", "created": "2025-04-09T12:34:56+08:00", "content": "<p>第一段</p><p>第二段</p>"}], "err": ""})
    write_lines("wechatoaapis.jsonl", [{"source_platform": "wx", "url": f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=81&idx=1&sn=hh1", "title": "库的输出", "content": "第一节\n第二节", "images": [], "author": {"user": "署名甲", "profile": "链上晨报", "city": "上海"}, "time": "2023-05-06 07:08:09"}])
    write_lines("koldata.jsonl", [{"wechat_nick": "链上晨报", "wechat_id": "lianshang-cb", "title": "三方数据", "digest": "摘", "content": "<p>正文在此</p>", "idx": 1, "article_url": f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid=91&idx=1&sn=aa9", "read_num": "10W+", "pub_time": "2022-06-01 08:00:00", "mid": "91", "sn": "aa9"}])
    write_lines("corpus.jsonl", [{"name": "艺术品交流", "account": "art-sample-001", "title": "预展", "content": "周六\n下午\n两点"}])
    write_json("aggregation.json", {"链上晨报": {"blogs": [{"title": "聚合一", "link": "https://mp.weixin.qq.com/s/CCCCCCCCCCCCCCCCCCCCC1", "create_time": 1700000000, "id": "1_1"}]}})


def wechat_wire() -> None:
    def article(n: int, **more: object) -> dict[str, object]:
        return {"title": f"消息{n}", "digest": f"摘要{n}", "content": "", "content_url": f"http:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}&amp;mid=22475035{n}&amp;idx=1&amp;sn=a{n}&amp;chksm=97#wechat_redirect", "author": "", "del_flag": 1, **more}

    head = article(1, is_multi=1, multi_app_msg_item_list=[article(2, content_url=f"http:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}&amp;mid=22475031&amp;idx=2&amp;sn=b2"), article(3, content_url="", malicious_title_reason_id=7)])
    common = {"id": 1000001101, "type": 49, "datetime": 1570072260, "fakeid": "3217638027", "status": 2, "content": ""}
    lines = [{"comm_msg_info": common, "app_msg_ext_info": head}, {"comm_msg_info": {**common, "id": 7, "type": 3}}]
    write_lines("profile_ext.json", lines, ascii_only=True)
    write_json("general_msg_list.json", {"ret": 0, "general_msg_list": json.dumps({"list": [{"comm_msg_info": common, "app_msg_ext_info": article(4)}]}, ensure_ascii=False)}, indent=1)
    item = {"aid": "2659017567_1", "appmsgid": 2659017567, "itemidx": 1, "title": "列表里的一篇", "digest": "列表摘要", "link": "http://mp.weixin.qq.com/s?__biz=MjM5MDQ4MzU5NQ==&mid=2659017567&idx=1&sn=6d", "create_time": 1604670946, "update_time": 1604670945, "cover": ""}
    write_lines("appmsg_list.json", [item, {**item, "aid": "2659017567_2", "itemidx": 2, "title": "第二篇", "digest": "", "link": "http://mp.weixin.qq.com/s?__biz=MjM5MDQ4MzU5NQ==&mid=2659017567&idx=2&sn=7d"}])
    info = json.dumps({"appmsgex": [item]}, ensure_ascii=False)
    write_json("publish_page.json", {"base_resp": {"ret": 0}, "publish_page": json.dumps({"total_count": 1, "publish_list": [{"publish_type": 1, "publish_info": info}]}, ensure_ascii=False)})


def we_mp_rss() -> None:
    folder = "exported_articles_1/MP_WXS_3217638027"
    with zipfile.ZipFile(HERE / "we-mp-rss.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        def put(name: str, text: str) -> None:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)

        put(f"{folder}/articles.csv", "标题,链接,发布时间\r\n只在表里,https://mp.weixin.qq.com/s/DDDDDDDDDDDDDDDDDDDDD1,2025-06-14 20:30:00\r\n")
        put(f"{folder}/20250613_有正文的一篇.md", "# 有正文的一篇\n\n第一段文字。\n\n![](http://example.invalid/1.png)\n\n第二段**加粗**文字。\n")
        put(f"{folder}/20250612_另一篇.json", json.dumps({"id": "2247000020_1", "url": "https://mp.weixin.qq.com/s/DDDDDDDDDDDDDDDDDDDDD2", "title": "另一篇", "pic_url": "", "description": "导语", "status": 1, "publish_time": 1749700000}, ensure_ascii=False))
    (HERE / "we-mp-rss.db").unlink(missing_ok=True)
    database = sqlite3.connect(HERE / "we-mp-rss.db")
    database.executescript(
        "CREATE TABLE articles (id TEXT, mp_id TEXT, title TEXT, pic_url TEXT, url TEXT, content TEXT, description TEXT, status INTEGER, publish_time INTEGER, created_at TEXT, updated_at TEXT, is_export INTEGER);"
        "CREATE TABLE feeds (id TEXT, mp_name TEXT, mp_cover TEXT, mp_intro TEXT, status INTEGER, sync_time INTEGER, update_time INTEGER, created_at TEXT, updated_at TEXT, faker_id TEXT);",
    )
    database.execute("INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", ("2247000030_1", "MP_WXS_3217638027", "库里的一篇", "", "https://mp.weixin.qq.com/s/EEEEEEEEEEEEEEEEEEEEE1", '<div id="js_content" style="visibility: hidden;"><p>库里的正文</p></div>', "导语", 1, 1749900000, "", "", 0))
    database.execute("INSERT INTO feeds VALUES (?,?,?,?,?,?,?,?,?,?)", ("MP_WXS_3217638027", "链上晨报", "", "", 1, 0, 0, "", "", BIZ))
    database.commit()
    database.close()


def feeds() -> None:
    write("wechat-feeds/MzIxNzYzODAyNw==.xml", '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>链上晨报 | wechat-feeds</title><link>http://example.invalid/</link><description>介绍</description><item><title>只有标题</title><link>https://mp.weixin.qq.com/s/FFFFFFFFFFFFFFFFFFFFF1</link><description></description><content:encoded><![CDATA[只有标题]]></content:encoded><pubDate>Wed, 16 Jun 2021 18:30:16 +0800</pubDate></item></channel></rss>')
    write_json("wewe-rss_MP_WXS_3217638027.json", {"version": "https://jsonfeed.org/version/1", "title": "链上晨报", "home_page_url": "https://example.invalid/feeds/MP_WXS_3217638027.json", "items": [{"id": "a1", "content_html": "获取全文失败，请重试~", "url": "https://mp.weixin.qq.com/s/GGGGGGGGGGGGGGGGGGGGG1", "title": "没抓到", "date_modified": "2025-06-23T09:55:20.000Z"}, {"id": "a2", "content_html": "<style>.x {color: red}</style><div class=rich_media_content id=js_content><p>一段</p><p>两段</p></div>", "url": "https://mp.weixin.qq.com/s/GGGGGGGGGGGGGGGGGGGGG2", "title": "抓到了", "date_modified": "2025-06-22T09:55:20.000Z"}]}, indent=1)
    write("wewe-rss_all.atom", '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>https://example.invalid/feeds/all.atom</id><title>WeWe-RSS All</title><updated>2025-06-23T09:55:20.000Z</updated><entry><title>甲号的文章</title><id>e1</id><link href="https://mp.weixin.qq.com/s/HHHHHHHHHHHHHHHHHHHHH1"/><updated>2025-06-22T09:55:20.000Z</updated><content type="html">&lt;p&gt;甲的正文&lt;/p&gt;</content><author><name>甲号</name></author></entry><entry><title>乙号的文章</title><id>e2</id><link href="https://mp.weixin.qq.com/s/HHHHHHHHHHHHHHHHHHHHH2"/><updated>2025-06-21T09:55:20.000Z</updated><summary>乙的摘要</summary><author><name>乙号</name></author></entry></feed>')
    write("we-mp-rss_all.xml", '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>链上晨报</title><generator>Mp-We-Rss</generator><item><id>3217638027-2247503594_1</id><title>转义的标记</title><description>摘要</description><guid>https://mp.weixin.qq.com/s/IIIIIIIIIIIIIIIIIIIII1</guid><content:encoded>&lt;![CDATA[&lt;div id="js_content"&gt;&lt;p&gt;真的正文&lt;/p&gt;&lt;/div&gt;]]&gt;</content:encoded><link>https://mp.weixin.qq.com/s/IIIIIIIIIIIIIIIIIIIII1</link><pubDate>Sat, 14 Jun 2025 10:00:00 </pubDate></item></channel></rss>')
    write("plain_rss.xml", '<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel><title>某站</title><item><title>一则</title><link>https://example.invalid/1?utm_source=x&amp;id=5</link><description>&lt;p&gt;整段说明&lt;/p&gt;</description><pubDate>Mon, 05 Jan 2026 08:00:00 GMT</pubDate><guid>g1</guid></item></channel></rss>', "gb2312")


WEIBO = ["id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "位置", "日期", "工具", "点赞数", "评论数", "转发数", "话题", "@用户"]


def weibo() -> None:
    write_csv("weibo/币圈早读/2803301701.csv", [WEIBO, ["4505527885177576\t", "J2jNWlIVi", "今天[汗]没行情<br />睡觉", "", "http://example.invalid/1.jpg", "", "", "2020-05-17", "网页版", "1", "2", "3", "", ""]], "utf-8-sig")
    write_csv("weibo/币圈早读/2803301702.csv", [[*WEIBO, "完整日期"], ["5150000000000001\t", "PabcdEf1", "正文一", "", "", "", "", "北京", "2025-06-01T12:00:00", "iPhone", "10", "2", "3", "话题甲", "", "2025-06-01 12:00:00"]], "utf-8-sig")
    write_csv("weibo/rounded_2803301703.csv", [WEIBO, ["4.50553E+15", "J2jNWlIVi", "被改写的编号", "", "", "", "", "2020-05-18", "", "1", "2", "3", "", ""]])
    write_csv("weibo/weibo-crawler_2022_reposts_2803301704.csv", [[*WEIBO, "是否原创", "源用户id", "源用户昵称", "源微博id", "源微博正文"], ["4800000000000001\t", "LxAbCdEfG", "转发词", "", "", "", "", "2022-08-01", "", "1", "2", "3", "", "", "2022-08-01 10:20:30", "False", "99", "别人", "4700000000000001", "别人的话"]], "utf-8-sig")
    write_json("weibo/weibo-crawler.json", {"user": {"id": "2803301705", "screen_name": "币圈早读", "followers_count": 3}, "weibo": [{"user_id": 2803301705, "screen_name": "币圈早读", "id": 4505527885177577, "bid": "J2jNWlIVj", "text": "JSON正文", "pics": "http://example.invalid/1.jpg,http://example.invalid/2.jpg", "video_url": "", "created_at": "2024-02-03T04:05:06", "full_created_at": "2024-02-03 04:05:06", "attitudes_count": 1, "comments_count": 0, "reposts_count": 0, "topics": "", "source": "网页版", "retweet": {"text": "原文"}}]})
    (HERE / "weibo/weibodata.db").unlink(missing_ok=True)
    database = sqlite3.connect(HERE / "weibo/weibodata.db")
    database.executescript("CREATE TABLE user (id TEXT, screen_name TEXT, gender TEXT); CREATE TABLE weibo (id TEXT, bid TEXT, user_id TEXT, screen_name TEXT, text TEXT, created_at TEXT, attitudes_count INTEGER, retweet_id TEXT); CREATE TABLE comments (id TEXT, text TEXT);")
    database.execute("INSERT INTO weibo VALUES ('4505527885177578','J2jNWlIVk','2803301706','币圈早读','库里微博','2024-05-06T07:08:09',1,'')")
    database.execute("INSERT INTO comments VALUES ('1','读者的话')")
    database.commit()
    database.close()
    heading = ["微博id", "微博正文", "头条文章url", "原始图片url", "被转发微博原始图片url", "是否为原创微博", "微博视频url", "发布位置", "发布时间", "发布工具", "点赞数", "转发数", "评论数"]
    write_csv("weibo/币圈早读/1669879400.csv", [heading, ["IonM9ryMy", "第一条正文  原图 ", "", "http://example.invalid/1.jpg", "无", "True", "无", "无", "2020-01-07 14:59", "无", "1", "2", "3"], heading, ["IonM9ryMy", "第一条正文  原图 ", "", "http://example.invalid/1.jpg", "无", "True", "无", "无", "2020-01-07 14:59", "无", "1", "2", "3"], ["InB4Df73X", "转发理由一\n原始用户: 某某\n转发内容: 被转发的正文", "", "无", "无", "False", "无", "无", "2020-01-02 11:00", "无", "4", "5", "6"]], "utf-8-sig")
    write_json("weibo/weiboSpider.json", {"user": {"id": "1669879401", "nickname": "早读二号", "weibo_num": 1}, "weibo": [{"id": "IonM9ryMz", "user_id": "1669879401", "content": "JSON里的微博", "article_url": "", "original_pictures": "无", "retweet_pictures": None, "original": True, "video_url": "无", "publish_place": "无", "publish_time": "2020-02-03 04:05", "publish_tool": "无", "up_num": 1, "retweet_num": 0, "comment_num": 0}]})
    write_csv("weibo/weibo-search.csv", [["id", "bid", "user_id", "用户昵称", "微博正文", "发布位置", "艾特用户", "话题", "转发数", "评论数", "点赞数", "发布时间", "发布工具", "微博图片url", "微博视频url", "retweet_id"], ["4600000000000001", "KabCdEfGh", "111111111", "甲", "搜到的第一条", "", "", "", "0", "0", "0", "2021-01-02 03:04", "", "", "", ""], ["4600000000000002", "KabCdEfGi", "222222222", "乙", "搜到的第二条", "", "", "", "0", "0", "0", "2021-01-02 03:05", "", "", "", "4500000000000001"]], "utf-8-sig")
    write_lines("weibo/nghuyong.jsonl", [{"_id": "4762810834227120", "mblogid": "LqlZNhJFm", "created_at": "2022-04-27 10:20:54", "content": "长文的开头 ...全文", "pic_urls": [], "pic_num": 0, "isLongText": True, "user": {"_id": "333333333", "nick_name": "丙"}, "url": "https://weibo.com/333333333/LqlZNhJFm"}])
    write("weibo/币圈早读/2024-03-01.md", "# 2024-03-01\n\n### 08:09:10\n<!-- weibo_id: 5000000000000001 -->\n\n早上的一条\n\n---\n\n### 09:10:11\n<!-- weibo_id: 5000000000000002 -->\n\n转一下\n> 转发: 别人的话\n\n---\n")
    write_csv("weibo/users.csv", [["用户id", "昵称", "性别", "生日", "阳光信用", "微博数", "粉丝数", "关注数"], ["2803301701", "币圈早读", "男", "", "", "1", "2", "3"]], "utf-8-sig")


def others() -> None:
    xhs = {"note_id": "6882fcb30000000017034dd4", "type": "normal", "title": "咖啡店打卡", "desc": "店很小。\t#探店[话题]#", "video_url": "", "time": 1753400000000, "last_update_time": 0, "user_id": "5f0000000000000000000001", "nickname": "小甲", "avatar": "http://example.invalid/a", "liked_count": "1.2万", "collected_count": "3", "comment_count": "4", "share_count": "5", "ip_location": "上海", "image_list": "http://example.invalid/1", "tag_list": "探店", "last_modify_ts": 1757000000000, "note_url": "https://www.xiaohongshu.com/explore/6882fcb30000000017034dd4?xsec_token=SECRETTOKEN&xsec_source=pc_search", "source_keyword": "咖啡", "xsec_token": "SECRETTOKEN"}
    masked = {name: value for name, value in xhs.items() if name not in ("user_id", "avatar", "ip_location")} | {"creator_hash": "0123456789abcdef", "nickname": "小***甲", "note_id": "6882fcb30000000017034dd5", "title": "没有标题的笔记只有正文", "desc": "没有标题的笔记只有正文"}
    write_json("mediacrawler/xhs/json/search_contents_2025-09-05.json", [xhs, masked, xhs], indent=1)
    write_csv("mediacrawler/zhihu/csv/detail_contents_2026-07-05.csv", [["content_id", "content_type", "content_text", "content_url", "question_id", "title", "desc", "created_time", "updated_time", "voteup_count", "comment_count", "source_keyword", "creator_hash", "user_nickname", "last_modify_ts"], ["123456", "answer", "先说结论，再说理由。", "https://www.zhihu.com/question/1/answer/123456", "1", "如何看待", "先说结论", "1700000000", "1700000001", "5", "1", "", "fedcba9876543210", "知***友", "1783000000000"]], "utf-8-sig")
    write_lines("mediacrawler/weibo/jsonl/search_contents_2026-07-05.jsonl", [{"note_id": "5150000000000003", "content": "正文三", "create_time": 1780300800, "create_date_time": "2026-06-01 16:00:00+08:00", "liked_count": "10", "comments_count": "1", "shared_count": "0", "last_modify_ts": 1783000000000, "note_url": "https://m.weibo.cn/detail/5150000000000003", "creator_hash": "0123456789abcdef", "nickname": "人***报", "source_keyword": "关键词"}])
    write_lines("mediacrawler/weibo/jsonl/search_comments_2026-07-05.jsonl", [{"comment_id": "1", "content": "读者的话", "create_time": 1780300800, "parent_comment_id": "", "note_id": "5150000000000003", "nickname": "某***人"}])
    (HERE / "xhs-downloader.db").unlink(missing_ok=True)
    database = sqlite3.connect(HERE / "xhs-downloader.db")
    columns = ["采集时间", "作品ID", "作品类型", "作品标题", "作品描述", "作品标签", "发布时间", "最后更新时间", "收藏数量", "评论数量", "分享数量", "点赞数量", "作者昵称", "作者ID", "作者链接", "作品链接", "下载地址", "动图地址"]
    database.execute(f"CREATE TABLE explore_data ({', '.join(name + ' TEXT' for name in columns)})")
    database.execute(f"INSERT INTO explore_data VALUES ({','.join('?' * 18)})", ("2025-06-02_12:00:00", "665f00000000000000000001", "图文", "周末去哪", "公园野餐", "", "2025-06-01_12:00:00", "未知", "-1", "-1", "-1", "-1", "小乙", "5f0000000000000000000002", "", "https://www.xiaohongshu.com/explore/665f00000000000000000001?xsec_token=SECRETTOKEN", "http://example.invalid/1", ""))
    database.commit()
    database.close()
    write("single/xhs_notes.md", "- **作品ID**：`665f00000000000000000002`\n- **作品类型**：图文\n- **作品标题**：第一篇\n- **作品描述**：第一行\n第二行\n- **发布时间**：2025-06-01_12:00:00\n- **作者昵称**：小乙\n- **作者ID**：5f0000000000000000000002\n\n- **作品ID**：`665f00000000000000000003`\n- **作品标题**：第二篇\n- **作品描述**：另一段\n- **发布时间**：未知\n- **作者昵称**：小乙\n- **作者ID**：5f0000000000000000000002\n")
    write_xlsx("spider_xhs.xlsx", {"Sheet1": [["笔记id", "笔记url", "笔记类型", "用户id", "用户主页url", "昵称", "头像url", "标题", "描述", "点赞数量", "收藏数量", "评论数量", "分享数量", "视频封面url", "视频地址url", "图片地址url列表", "标签", "上传时间", "ip归属地"], ["665f00000000000000000004", "https://www.xiaohongshu.com/explore/665f00000000000000000004?xsec_token=SECRETTOKEN", "图集", "5f0000000000000000000003", "", "小丙", "", "无标题", "下午茶", "1", "2", "3", "4", "None", "None", "['http://example.invalid/a', 'http://example.invalid/b']", "[]", "2024-08-09 10:11:12", "北京"]]})
    message = {"id": 2, "type": "message", "date": "2024-01-01T08:05:00", "date_unixtime": "1704067500", "from": "测试频道", "from_id": "channel1234567890", "text": "纯文本"}
    chat = {"name": "测试频道", "type": "public_channel", "id": 1234567890, "messages": [{"id": 1, "type": "service", "date": "2024-01-01T08:00:00", "action": "create_channel", "text": ""}, message, {**message, "id": 3, "text": [{"type": "bold", "text": "加粗"}, "\n正文 ", {"type": "text_link", "text": "链接", "href": "https://example.invalid/"}], "forwarded_from": "别处"}, {**message, "id": 4, "text": "", "photo": "(File not included. Change data exporting settings to download.)"}]}
    write("telegram/result.json", json.dumps(chat, ensure_ascii=False, indent=1).replace("纯文本", "纯\\x01文本"))
    write_json("telegram/account.json", {"about": "x", "chats": {"about": "x", "list": [{"name": "朋友", "type": "personal_chat", "id": 1, "messages": [{**message, "text": "私人的话"}]}, {**chat, "id": 1234567891}]}})
    write("telegram/messages.html", '<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">\n测试频道\n</div></div></div><div class="page_body chat_page"><div class="history"><div class="message service" id="message-1"><div class="body details">\n1 January 2024\n</div></div><div class="message default clearfix" id="message2"><div class="body"><div class="pull_right date details" title="01.01.2024 16:05:00 UTC+08:00">16:05</div><div class="from_name">\n测试频道\n</div><div class="text">\n第一行<br>第二行 <a href="https://example.invalid/">链接</a>\n</div></div></div><div class="message default clearfix joined" id="message3"><div class="body"><div class="pull_right date details" title="01.01.2024 16:06:00 UTC+08:00">16:06</div><div class="forwarded body"><div class="from_name">别处</div><div class="text">转来的话</div></div></div></div></div></div></div></body></html>')
    write_lines("telegram/snscrape.jsonl", [{"_type": "snscrape.modules.telegram.TelegramPost", "url": "https://t.me/s/samplechannel/15", "date": "2023-01-02T03:04:05+00:00", "content": "频道里的一条", "outlinks": [], "linkPreview": None}, {"_type": "snscrape.modules.telegram.TelegramPost", "url": "https://t.me/s/samplechannel/16", "date": "2023-01-02T03:05:05+00:00", "content": None, "outlinks": [], "linkPreview": None}])
    write_csv("telegram/1234567892_samplechannel.csv", [["id", "message_id", "date", "sender_id", "first_name", "last_name", "username", "message", "media_type", "media_path", "reply_to", "post_author", "views", "forwards", "reactions"], ["1", "77", "2023-01-02 03:04:05", "-1001234567892", "", "", "", "抓下来的一条", "", "", "", "", "5", "0", ""]])
    write_json("telegram/telethon.json", [{"_": "Message", "id": 5, "peer_id": {"_": "PeerChannel", "channel_id": 1234567893}, "date": "2023-01-02T03:04:05+00:00", "message": "原始转储", "views": 3}, {"_": "MessageService", "id": 6, "peer_id": {"_": "PeerChannel", "channel_id": 1234567893}, "date": "2023-01-02T03:04:06+00:00", "action": {"_": "X"}}])
    write("single/(2024-05-06)量化入门_知友.md", "# 量化入门\n\n **Author:** [知友]\n\n **Link:** [https://zhuanlan.zhihu.com/p/1]\n\n先装环境。\n\n## 第二节\n\n再写代码。\n")
    write_json("label-studio.json", [{"id": 11, "data": {"text": "任务里的文字，足够长的一段。", "title": "任务标题", "account_name": "某号"}, "annotations": [{"result": [{"value": {"choices": ["offer"]}}]}]}])


def pages() -> None:
    script = f'var biz = "{BIZ}" || ""; var mid = "" || "2247000040"; var idx = "" || "1"; var sn = "" || "abcdef0123456789";'
    write("single/wechat_saved.html", f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="保存的页面"/><meta property="og:url" content="http://mp.weixin.qq.com/s?__biz={BIZ}&amp;mid=2247000040&amp;idx=1&amp;sn=abcdef0123456789&amp;chksm=1#rd"/><meta property="og:article:author" content="署名乙"/></head><body class="wx_wap_page"><h1 id="activity-name">
保存的页面
</h1><a id="js_name">
链上晨报
</a><div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0; "><p>第一段，<span>仍是第一段</span></p><p><img data-src="http://example.invalid/1.png"/></p><section>第二段</section></div><script>{script} window.cgiDataNew = {{ nick_name: JsDecode('链上晨报'), user_name: JsDecode('gh_0a0a0a0a0a0a'), ori_create_time: '1762747210' * 1 }};</script></body></html>""")
    write("single/wechat_text_post.html", f"""<!DOCTYPE html><html><head><meta charset="utf-8"></head><body class="wx_wap_page"><script>{script.replace("2247000040", "2247000041").replace("abcdef", "fedcba")} window.cgiDataNew = {{ nick_name: '链上晨报', title: JsDecode('短内容'), create_time: JsDecode('2025-11-10 12:00'), text_page_info: {{ content_noencode: JsDecode('第一行\\x0a第二行 \\x26amp; 完') }} }};</script></body></html>""")
    write("single/wechat_deleted.html", '<!DOCTYPE html><html><head><title></title></head><body class="wx_wap_page"><link href="//res.wx.qq.com/mmbizappmsg/x.css"><div class="weui-msg"><div class="weui-msg__title warn">该内容已被发布者删除</div></div></body></html>')
    write("single/wechat_violation.html", '<!DOCTYPE html><html><head><title></title></head><body class="wx_wap_page"><link href="//res.wx.qq.com/mmbizappmsg/x.css"><div class="weui-msg"><h2 class="weui-msg__title title">\n 此内容因违规无法查看 </h2><div class="weui-msg__desc"><p>由用户投诉并经平台审核，涉嫌过度营销</p></div></div></body></html>')
    write("single/wechat-article-exporter_before-2026-07.md", "     标题甲 \\* { margin: 0; } .\\_\\_page\\_content\\_\\_ { max-width: 667px; }\n\n标题甲\n=========\n\n原创 署名丙 链上晨报 2025-01-01 11:33 上海\n\n> 原文地址: [https://mp.weixin.qq.com/s/JJJJJJJJJJJJJJJJJJJJJ1](https://mp.weixin.qq.com/s/JJJJJJJJJJJJJJJJJJJJJ1)\n\n正文只有一句。\n\n ![](data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cg transform='translate(0 -2)'%3E%3C/g%3E%3C/svg%3E) 阅读![](data:image/svg+xml,%3Csvg%3E%3C/svg%3E) 赞 ![](data:image/svg+xml,%3Csvg%3E%3C/svg%3E) 分享")
    write("single/文本导出的一篇.txt", "文本导出的一篇\n\n没有链接，没有账号，只有正文。")
    write("single/README.md", "# 说明\n\n这不是文章。\n")
    body = "".join(f"<p>第{n}段：这里是一段足够长的正文，讲述本站今天发布的消息与背景，供读者参考，并不构成任何建议。</p>" for n in "一二三")
    write("site/news.example.com/1.html", f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>第一则 - 某站</title><meta property="og:title" content="第一则"/><link rel="canonical" href="https://news.example.com/1.html?utm_source=a"/><meta property="article:published_time" content="2018-03-04T05:06:07+08:00"/></head><body><nav><a href="/">首页</a></nav><article><h1>第一则</h1>{body}</article><footer>版权所有</footer></body></html>')
    write("site/news.example.com/2.html", f'<!DOCTYPE html><html><head><meta charset="gbk"><title>第二则</title></head><body><article><h1>第二则</h1>{body.replace("第", "其")}</article></body></html>', "gbk")
    write("table.xls", "<table><tr><td>标题</td><td>正文</td><td>公众号</td><td>发布时间</td></tr><tr><td>表格一</td><td>其实是网页</td><td>链上晨报</td><td>2026/1/2 8:05</td></tr></table>")
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with (HERE / "site.warc").open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        page = (HERE / "site/news.example.com/1.html").read_bytes().replace("第一则".encode(), "存档则".encode()).replace(b'<link rel="canonical" href="https://news.example.com/1.html?utm_source=a"/>', b"")
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record("https://news.example.com/3.html", "response", payload=io.BytesIO(page), http_headers=headers, warc_headers_dict={"WARC-Date": "2020-01-01T00:00:00Z", "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000001>"}))


def plain_and_unknown() -> None:
    write_lines("plain.jsonl", [
        {"account_id": "a1", "account_name": "甲号", "post_id": "p1", "title": "标题", "text": "正文，带一个表情🚀", "published_at": "2026-01-02T08:05:00+08:00", "url": "https://example.invalid/p1?token=SECRETTOKEN&id=1"},
        {"id": 2, "account": "甲号", "text": "用别名", "date": "2026-01-02", "label": "offer"},
        {"text": "只有正文"},
        {"title": "只有标题", "text": ""},
        {"text": "空字符\x00在此"},
    ])
    with (HERE / "plain.jsonl").open("ab") as file:
        file.write('{"text": "半个\\ud83d表情"}\n["not an object"]\n{"text": 5}\n{"id": "x"}\n{"text": "坏行\n'.encode())
    write("excel_unicode.txt", "账号名称\t标题\t正文\t发布时间\n甲号\t标题\t正文一句\t2026年1月2日 08:05\n", "utf-16")
    write_csv("unknown_headings.csv", [["栏一", "栏二", "栏三", "栏四"], *[[f"号{n % 2}", f"题目第{n}号如下", f"https://example.invalid/{n}", "这一栏是很长的文字，" * 8 + str(n)] for n in range(6)]])
    write_csv("mojibake.csv", [[heading.encode().decode("gb18030", "replace") for heading in ("微博正文", "发布时间", "标题")], ["x" * 8, "2020-01-01", "y"]])
    write("unclosed_quote.csv", '标题,正文\n甲,"没有关上的引号\n乙,第二行\n丙,第三行\n')
    write_csv("traffic.csv", [["日期", "阅读次数", "阅读人数", "分享次数", "分享人数", "阅读原文次数", "阅读原文人数", "收藏次数", "收藏人数", "群发篇数"], ["2026-01-01", *"123456789"]])
    write("empty.csv", "")
    write_csv("gb18030.csv", [["公众号", "标题", "正文", "发布日期"], ["甲号", "标题", "国标编码的正文", "20260102"]], "gb18030")
    write_xlsx("serial_times.xlsx", {"Sheet1": [["说明：由助理整理"], [], ["公众号", "标题", "正文", "发布时间"], ["甲号", "标题", "正文在第四行", 46024.336805555555]]})
    import pandas as pd

    pd.DataFrame({"account_name": ["甲号", None], "title": ["标题", "题二"], "text": ["列存正文", None], "published_at": [pd.Timestamp("2026-01-02 08:05", tz="Asia/Shanghai"), pd.NaT], "post_id": [1, 2]}).to_parquet(HERE / "plain.parquet")


if __name__ == "__main__":
    for part in (wechat_tables, wechat_wire, we_mp_rss, feeds, weibo, others, pages, plain_and_unknown):
        part()
