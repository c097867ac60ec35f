"""Joins the parts, one command a file; the only place that exits, opens output files and reads the clock."""
