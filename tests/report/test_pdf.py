import dataclasses
import re
import shutil
import subprocess

import pytest
import sample

from truceline.report import render_pdf
from truceline.report.judged import judged_incidents


def text_of(pdf, folder):
    if shutil.which("pdftotext") is None:
        pytest.skip("no 'pdftotext' on the path")
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout


def test_the_same_assessment_gives_the_same_bytes():
    assert render_pdf(sample.one_day()) == render_pdf(sample.one_day())


@pytest.mark.parametrize("make", [sample.front, sample.one_day, sample.nothing])
def test_every_sample_becomes_a_pdf(make):
    assert render_pdf(make(), language="fr").startswith(b"%PDF-")


def test_markup_of_any_kind_is_printed_as_it_was_written(tmp_path):
    evil = '#panic("x") $x^2$ *bold* <script> @cite \\ [x] #image("/etc/passwd")'
    text = text_of(render_pdf(dataclasses.replace(sample.one_day(), title=evil)), tmp_path)
    for part in ('#panic("x")', "*bold*", "<script>", "@cite", '#image("/etc/passwd")'):
        assert part in text


def test_cyrillic_is_written_and_pages_are_numbered(tmp_path):
    text = text_of(render_pdf(sample.front(), language="uk"), tmp_path)
    assert "Порушення режиму припинення вогню" in text
    assert re.search(r"1 ?/ ?[45]", text)


def test_rows_left_out_are_counted(tmp_path):
    # 12 rows of a table fit the page
    judged = judged_incidents(sample.front())
    assert f"{judged.applies.sum() - 12} more rows" in text_of(render_pdf(sample.front()), tmp_path)
