"""What people write for a notebook and its parameters is understood, or refused before a kernel starts."""

from pathlib import Path

import pytest

from helpers import UserError, files, statistics
from helpers.render import batch, source, values
from helpers.render.batch import Job

EMPLOYMENT, PENSIONS = (files.NOTEBOOKS / f"{name}.ipynb" for name in ("3_employment", "5_social_insurance"))


@pytest.mark.parametrize("words", ["3", "3_employment", "3_employment.ipynb", str(EMPLOYMENT)])
def test_a_notebook_is_named_by_number_name_or_file(words):
    assert source.named(Path(words)) == EMPLOYMENT


@pytest.mark.parametrize("words", ["3_employmnt", "employment", "notebooks/3_employmnt.ipynb"])
def test_a_mistyped_notebook_gets_advice(words):
    with pytest.raises(UserError, match="there is no such notebook; did you mean '3_employment'"):
        source.named(Path(words))


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        *(
            ("area", words, "KZ-75")
            for words in ("Almaty", "almaty city", "Алматы", "г. Алматы", "Алматы қаласы", "KZ-75")
        ),
        *(("area", words, "KZ-19") for words in ("Almaty region", "Алматинская область", "Алматы облысы", "kz-19")),
        ("area", "Казахстан", "KAZ"),
        *(("as_of", words, "2025-12-31") for words in ("31.12.2025", "31/12/2025", "2025-12-31")),
        *(("language", words, "ru") for words in ("russian", "Русский", "орысша", "RU")),
        ("language", "қазақша", "kk"),
    ],
)
def test_a_value_is_understood_as_people_write_it(name, written, value):
    assert batch.parse_parameters(EMPLOYMENT, [f"{name}={written}"]) == {name: value}


@pytest.mark.parametrize("column", ["name_en", "name_ru", "name_kk"])
def test_every_region_is_understood_by_its_whole_name(column):
    table = statistics.areas().query("kind == 'region'")
    assert [values.understood("area", name) for name in table[column]] == list(table.index)


@pytest.mark.parametrize(
    ("notebook", "name", "value", "advice"),
    [
        (EMPLOYMENT, "area", "Almety", "did you mean 'almaty'"),
        (EMPLOYMENT, "as_of", "2025-13-31", "write it as 2025-12-31"),
        (EMPLOYMENT, "language", "klingon", "it may be en, kk, ru"),
        (EMPLOYMENT, "reading", "asprinted", "did you mean 'as_printed'"),
        (EMPLOYMENT, "method", "arma", "did you mean 'arima'"),
        (EMPLOYMENT, "until", 20, "such as 2027"),
        (PENSIONS, "scenario", "base", "did you mean 'baseline'"),
    ],
)
def test_a_value_that_no_notebook_can_take_is_refused_with_advice(notebook, name, value, advice):
    with pytest.raises(UserError, match=advice):
        batch.check(Job(notebook, {name: value}))


def test_what_a_remark_lists_is_all_that_a_parameter_takes(make_notebook):
    path = make_notebook("a", parameters='better: str = "higher"  # which way is better: higher or lower')
    batch.check(Job(path, {"better": "lower"}))
    with pytest.raises(UserError, match="did you mean 'higher'"):
        batch.check(Job(path, {"better": "highest"}))


def test_every_job_of_the_batches_is_accepted():
    for job in batch.read_batch(batch="nightly"):
        batch.check(job)
