"""Empty cells, lost covariates and values not known: found, named, and said where a value is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cxvalue as cx
from band_studies import estimated
from builders import Base
from cxvalue.estimate.diagnose.determined import list_determined_covariates
from cxvalue.estimate.diagnose.empty_cells import cell_counts, describe_filled, list_empty_cells, list_lost_covariates


def with_regions(base: Base) -> Base:
    """The base with a region: customers whose number is divisible by 3 live in the north, the others in the south.

    The band of wave w is (n + w) mod 3. So nobody of the north is neutral in the second wave or satisfied at all.
    """

    def change(customers: pd.DataFrame) -> pd.DataFrame:
        number = customers["customer_id"].str[1:].astype(int)
        return customers.assign(region=np.where(number % 3 == 0, "north", "south"))

    return base.changed("customers", change).with_settings("customers", segments=["segment", "region"])


def test_counts_by_hand() -> None:
    codes, band = np.array([0, 0, 1, -1, 1, 1]), np.array([0, 2, 2, 1, 2, 0])
    assert cell_counts(codes, band, 3).tolist() == [[1, 0, 1], [1, 0, 2], [0, 0, 0]]


def test_an_empty_cell_is_found(base: Base) -> None:
    with estimated(with_regions(base)) as bands:
        cells = list_empty_cells(bands)
        assert "region = north: no satisfied episode" in cells
        assert not any(cell.startswith(("segment", "region = south")) for cell in cells)
        assert list_lost_covariates(bands, from_band="dissatisfied")[0] == "region"


def test_a_lost_covariate_is_a_caveat_and_the_episodes_say_why(base: Base) -> None:
    study = cx.Study(tables=with_regions(base).given(), settings=with_regions(base).read_settings())
    with pytest.warns(cx.CxValueWarning, match="not adjusted for region"):
        study.value()
    episodes = study.episodes()
    assert "region = north: no satisfied episode" in episodes.empty_cells
    assert "empty cell: region = north: no satisfied episode" in episodes.summary()
    assert any(label.startswith("region") for label in episodes.covariates_collinear)
    study.close()


def test_a_covariate_that_another_determines_is_no_loss(base: Base) -> None:
    def double(customers: pd.DataFrame) -> pd.DataFrame:
        return customers.assign(price_twice=2 * customers["plan_price"])

    doubled = base.changed("customers", double).with_settings(
        "customers", segments=["segment"], covariates=["plan_price", "price_twice"]
    )
    with estimated(doubled) as bands:
        told = list_determined_covariates(bands, from_band="dissatisfied")
        assert told in (("plan_price",), ("price_twice",)), "one of them is used, whichever entered first"
        assert told[0] in list_lost_covariates(bands, from_band="dissatisfied")
    study = cx.Study(tables=doubled.given(), settings=doubled.read_settings())
    said = f"left out because the other covariates already determine them: {told[0]}. Adjusting for the others"
    with pytest.warns(cx.CxValueWarning) as warned:
        study.value()
    study.close()
    texts = [str(each.message) for each in warned]
    assert any(text.startswith(said) for text in texts)
    assert not any(f"not adjusted for {told[0]}" in text for text in texts)


def test_a_covariate_that_is_lost_in_one_band_is_not_determined(base: Base) -> None:
    with estimated(with_regions(base)) as bands:
        assert "region" in list_lost_covariates(bands, from_band="dissatisfied")
        assert "region" not in list_determined_covariates(bands, from_band="dissatisfied")


def test_values_not_known_are_counted(base: Base) -> None:
    def blank(customers: pd.DataFrame) -> pd.DataFrame:
        price = customers["plan_price"].astype(float).mask(customers.index < 40)
        return customers.assign(plan_price=price)

    with estimated(base.changed("customers", blank)) as bands:
        covariates = bands.linked.answers.covariates
        n = int(np.isnan(covariates.numbers[bands.bins >= 0][:, covariates.number_names.index("plan_price")]).sum())
        assert n > 0
        assert f"plan_price: not known in {n} episodes, counted as the mean there" in describe_filled(bands)
    with estimated(base) as bands:
        assert describe_filled(bands) == ()
