"""A Report as text, page, pictures, tables and notebook view.

``values`` rounds for people, ``panels`` makes a chart's rows ready to draw; ``text``, ``html``, ``png`` and
``notebook`` show a report, ``save`` writes all of it into a folder.
"""
