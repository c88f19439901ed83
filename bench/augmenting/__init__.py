"""Synthetic rows for a user's own table: ``drawing`` learns and draws, ``conditions`` says which rows are wanted,
``table`` joins real and synthetic rows in the table's own form, ``worth`` asks whether it helps, and with which method.
"""
