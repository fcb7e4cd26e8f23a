"""From a cleaned log to a Report: tables and findings; nothing is drawn here."""
