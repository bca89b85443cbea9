"""Find the contacts, payment addresses, referral codes, links and venues that a post names, each at its place in the text as read."""

from classifier.language.leads.find import PERSONAL_KINDS, PUBLIC_KINDS, Lead, find_all_leads, find_all_personal, find_leads, find_personal

__all__ = ["PERSONAL_KINDS", "PUBLIC_KINDS", "Lead", "find_all_leads", "find_all_personal", "find_leads", "find_personal"]
