"""Contacts, payment addresses, referral codes, links and venues in a text: a module for each kind, from introductions and shapes; `find` puts them together."""

from classifier.language.leads.find import find_all_leads, find_all_personal, find_leads, find_personal
from classifier.language.leads.kinds import PERSONAL_KINDS, PUBLIC_KINDS, Lead

__all__ = ["PERSONAL_KINDS", "PUBLIC_KINDS", "Lead", "find_all_leads", "find_all_personal", "find_leads", "find_personal"]
