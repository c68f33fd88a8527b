"""Runs the official rules (CEN and KoSIT stylesheets) over invoices, as a program of its own: Saxon takes 340 MB.

Input, JSON on stdin: {"stylesheets": folder, "files": [[path, "cii-zugferd" | "cii-xrechnung" | "ubl-xrechnung"]]}.
Output: one JSON line a file: {"file": path, "broken": ["rule: text", ...]}. Warnings count as broken.
"""

import json
import re
import sys
from pathlib import Path

from saxonche import PySaxonProcessor

SETS = {
    "cii-zugferd": ("EN16931-CII-validation.xsl", "FACTUR-X_EN16931.xslt"),
    "cii-xrechnung": ("EN16931-CII-validation.xsl", "XRechnung-CII-validation.xsl"),
    "ubl-xrechnung": ("EN16931-UBL-validation.xsl", "XRechnung-UBL-validation.xsl"),
}
# An assert that failed, or a report that fired: which rule, and what it says.
FINDING = re.compile(r"<svrl:(?:failed-assert|successful-report)\b([^>]*)>.*?<svrl:text[^>]*>(.*?)</svrl:text>", re.S)


def main() -> None:
    task = json.load(sys.stdin)
    with PySaxonProcessor(license=False) as saxon:
        compiler = saxon.new_xslt30_processor()
        sheets = {}
        for path, kind in task["files"]:
            broken = []
            for name in SETS[kind]:
                if name not in sheets:
                    sheets[name] = compiler.compile_stylesheet(stylesheet_file=str(Path(task["stylesheets"], name)))
                report = sheets[name].transform_to_string(source_file=path)
                assert "svrl:schematron-output" in report, name
                assert "svrl:fired-rule" in report, f"{name} found nothing to look at in {path}"
                for attributes, text in FINDING.findall(report):
                    rule = re.search(r'\bid="([^"]*)"', attributes)
                    broken.append(f"{rule[1] if rule else '?'}: {' '.join(text.split())}")
            print(json.dumps({"file": path, "broken": broken}), flush=True)


if __name__ == "__main__":
    main()
