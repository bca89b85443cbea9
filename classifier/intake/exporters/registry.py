"""Every exporter of tables, the more telling signature first."""

from classifier.intake.exporters import mediacrawler, others, wechat_tables, weibo, xiaohongshu

EXPORTERS = (*mediacrawler.EXPORTERS, *xiaohongshu.EXPORTERS, *weibo.EXPORTERS, *others.EXPORTERS, *wechat_tables.EXPORTERS)
