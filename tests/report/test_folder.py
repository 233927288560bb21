from truceline.report import render_folder


def test_the_folder_holds_a_page_a_pdf_and_the_chart_in_each_language_asked_for(one_day):
    files = render_folder(one_day, languages=("uk", "en"))
    assert sorted(files) == [
        "index.en.html",
        "index.html",
        "report.en.pdf",
        "report.pdf",
        "strip_chart.png",
        "strip_chart.svg",
        "summary.txt",
    ]
    assert 'lang="uk"' in files["index.html"].decode()
    assert files["strip_chart.png"].startswith(b"\x89PNG")
