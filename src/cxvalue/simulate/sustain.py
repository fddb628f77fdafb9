"""What keeps moved customers in their new band: whoever would fall below it is brought back into it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxvalue.simulate.customers import Customers
from cxvalue.simulate.donors import choose_donors
from cxvalue.simulate.month import Month, MonthDraws, measure_month
from cxvalue.simulate.scenario import Scenario
from cxvalue.simulate.stream import SUSTAINED_MOVE, random_stream
from cxvalue.simulate.survey import LOWEST_NEUTRAL_SCORE, LOWEST_SATISFIED_SCORE, band_scores, score_satisfaction
from cxvalue.simulate.worlds import Keep, move_satisfaction
from cxvalue.vocabulary import BANDS, Band


def keep_in_band(
    scenario: Scenario,
    customers: Customers,
    month: Month,
    *,
    movers: NDArray[np.int64],
    band: Band,
    seed: int,
) -> Keep | None:
    """Return what keeps moved customers in a band or above.

    Parameters
    ----------
    scenario : Scenario
        The parameters.
    customers : Customers
        All n customers.
    month : Month
        The month of the move.
    movers : numpy.ndarray
        Positions of the m customers moved.
    band : {"neutral", "satisfied"}
        The band.
    seed : int
        Seed of the base.

    Returns
    -------
    callable or None
        Keeps the moved customers of a month; None where nobody truly is in the band, or for the lowest band.

    Notes
    -----
    Satisfaction itself is kept, not what would be answered: whoever lies below the band's lower cut, at the move or in
    a later month, receives the satisfaction of a customer with like expected satisfaction who truly was in the band in
    the month of the move; it drifts on from there. The choice takes random numbers of its own, so that all other
    worlds stay as they are.
    """
    truly = band_scores(score_satisfaction(month.satisfaction, cut_points=scenario.cut_points))
    donors = np.flatnonzero(month.active & (truly == BANDS.index(band)))
    first_score = (0, LOWEST_NEUTRAL_SCORE, LOWEST_SATISFIED_SCORE)[BANDS.index(band)]
    if donors.size == 0 or first_score == 0:
        return None
    lowest, moving = scenario.cut_points[first_score - 1], customers.take(movers)

    def keep(later: Month, draws: MonthDraws | None) -> Month:
        uniform = random_stream(seed, SUSTAINED_MOVE, later.offset).random(movers.size)
        lender = choose_donors(later.expected, donor_expected=month.expected[donors], uniform=uniform)
        lent = month.satisfaction[donors[lender]]
        satisfaction = np.where(later.satisfaction < lowest, lent, later.satisfaction)
        kept = move_satisfaction(scenario, moving, later, satisfaction=satisfaction)
        return kept if draws is None else measure_month(scenario, moving, kept, draws=draws)

    return keep
