"""XHS-Downloader (SQLite, and tables made of it) and Spider_XHS (XLSX)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.intake.exporters.wechat_tables import signature
from classifier.intake.layout import Exporter, counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.layout import Row
    from classifier.intake.source import Found

_UNKNOWN = ("-1", "未知", "None", "无标题", "")


def _downloader(found: Found, row: Row) -> Iterator[Found]:
    for name in [name for name, value in found.items() if value in _UNKNOWN]:
        found.pop(name)
    kind = str(row.get("作品类型") or row.get("笔记类型") or "")
    pictures = row.get("下载地址") or row.get("图片地址url列表")
    found["media"] = counted_media(pictures=None if "视频" in kind or kind == "video" else pictures, videos=row.get("视频地址url") or ("视频" in kind and 1))
    yield found


EXPORTERS = (
    Exporter(
        "XHS-Downloader",
        signature("作品id 作品描述"),
        {
            "post_id": ("作品id",),
            "title": ("作品标题",),
            "text": ("作品描述",),
            "published": ("发布时间",),
            "account_id": ("作者id",),
            "account_name": ("作者昵称",),
            "url": ("作品链接",),
        },
        platform="xiaohongshu",
        mend=_downloader,
    ),
    Exporter(
        "Spider_XHS",
        signature("笔记id 笔记url ip归属地", "笔记id 笔记url 笔记类型 描述", "noteid noteurl notetype iplocation uploadtime"),
        {
            "post_id": ("笔记id", "noteid"),
            "title": ("标题", "title"),
            "text": ("描述", "desc"),
            "published": ("上传时间", "uploadtime"),
            "account_id": ("用户id", "userid"),
            "account_name": ("昵称", "nickname"),
            "url": ("笔记url", "noteurl"),
        },
        platform="xiaohongshu",
        mend=_downloader,
    ),
)
