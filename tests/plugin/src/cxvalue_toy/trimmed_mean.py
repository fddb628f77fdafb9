import numpy as np

import cxvalue as cx

CUT = 0.05  # share of the episodes left out at each end
FEWEST = 50  # episodes that a band needs


class TrimmedMean:
    """Trimmed means of the fully followed episodes: no single large customer moves them."""

    name = "trimmed_mean"

    def fit(self, source, weights):
        rows = source.rows()
        followed = rows.last_k >= source.horizon  # the months after last_k are not observed
        outcomes = rows.outcomes[followed, :, : source.horizon]
        total = np.tensordot(outcomes, weights, axes=2)  # what each episode adds up to, in the unit of the weights
        band, group = rows.band[followed], rows.group[followed]
        pair = (source.from_band, source.to_band)
        fewest = min(int((band == b).sum()) for b in pair)
        if fewest < FEWEST:
            return cx.NotEstimable(f"{fewest} fully followed episodes in a band; at least {FEWEST} are needed")
        gains = []
        for left_out in (None, *range(source.groups)):
            leave, reach = (trimmed_mean(total[(band == b) & (group != left_out)]) for b in pair)
            gains.append(reach - leave)
        n_episodes = int(np.isin(band, pair).sum())
        notes = (f"the lowest and the highest {CUT:.0%} of each band left out",)
        return cx.ContrastReplicates(gains[0], np.array(gains[1:]), n_episodes, notes)


def trimmed_mean(values):
    cut = int(CUT * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())
