"""Contacts, payment addresses, referral codes, links and venues in a text: a module for each kind, from introductions and shapes; `find` puts them together."""
