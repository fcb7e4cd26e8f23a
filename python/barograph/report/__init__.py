"""A Report as text, page, pictures, tables and notebook view."""
