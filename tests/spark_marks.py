"""What every test on Spark is marked with."""

import pytest

SPARK = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.xdist_group("spark"),
    # Spark's own sockets and its use of pandas are not this library's.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*:FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore:.*:UserWarning:pyspark"),
]
