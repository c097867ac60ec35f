"""One model of a secret: detectors find texts, contexts say what speaks against them, and one table weighs both.

    text (``text.py``) -> detectors (``detectors/``, one subject a module) -> one detection a secret (``merging.py``)
         -> what speaks against it (``contexts/``) -> severity and confidence (``weighing.py``)

Only the process that scans a file has values; results have places, rules and reasons.
"""
