"""The spatial scan: against SaTScan, a slow scan, hand computation, and its own replicates."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ptce_geo.errors import CrsError, DuplicateIdError, InputError
from ptce_geo.indicators.clusters import kulldorff_scan
from ptce_geo.indicators.scan_windows import Likelihood

# Leukaemia in upstate New York, 1978-1982 (Waller and Gotway, Applied Spatial Statistics):
# degrees north, degrees west, cases (whole part) and inhabitants of 281 tracts, numbered from 1.
NEW_YORK = """
42.10782 75.94087 3 3540 | 42.11099 75.93118 4 3560 | 42.11738 75.92011 1 3739 |
42.11801 75.89749 1 2784 | 42.10872 75.90269 3 2571 | 42.11400 75.88943 1 2729 |
42.10939 75.87865 2 3952 | 42.10975 75.86474 0 993 | 42.09925 75.88823 2 1908 |
42.10222 75.89983 0 948 | 42.09655 75.90892 1 1172 | 42.10147 75.90950 3 1047 |
42.10378 75.92424 5 3138 | 42.09636 75.92437 4 5485 | 42.09851 75.93927 6 5554 |
42.08356 75.92749 2 2943 | 42.08239 75.90894 5 4969 | 42.09330 75.88950 4 4828 |
42.36899 75.91914 0 2618 | 42.27088 75.93247 0 2244 | 42.36193 76.05305 1 2039 |
42.28189 76.02784 0 1425 | 42.20004 76.03103 1 5262 | 42.20849 75.87550 1 4126 |
42.17561 75.85483 2 4133 | 42.19009 75.92648 1 3974 | 42.15357 75.86119 4 3036 |
42.20750 75.79164 2 4364 | 42.17772 75.68852 1 4965 | 42.09167 75.48165 1 2635 |
42.06164 75.69563 7 5911 | 42.08941 75.80235 1 5834 | 42.04116 75.83652 5 6204 |
42.04238 75.91177 1 5007 | 42.12939 75.92369 5 5594 | 42.14881 75.97966 0 1198 |
42.12407 76.00001 7 5088 | 42.10571 76.02672 4 3107 | 42.11334 76.02764 0 2851 |
42.12297 76.03033 3 3725 | 42.10025 76.09185 4 5505 | 42.13547 76.06948 0 8122 |
42.11053 76.05099 7 5146 | 42.10293 76.04662 2 2143 | 42.09959 76.06386 0 3912 |
42.08834 76.07635 6 3256 | 42.12218 75.95315 5 3909 | 42.11439 75.95860 1 3106 |
42.11016 75.95738 5 3433 | 42.10449 75.95852 1 4048 | 42.13232 75.96619 3 2630 |
42.08380 75.98983 9 12221 | 42.08433 76.03393 6 5963 | 42.06506 76.07817 3 3857 |
42.02964 76.02553 2 5197 | 43.31948 76.65926 3 10494 | 43.21657 76.58271 0 3571 |
43.12378 76.52321 0 1322 | 43.14142 76.63581 0 2235 | 42.99314 76.66406 1 3905 |
43.03375 76.56123 1 6501 | 42.96373 76.52803 4 5163 | 42.89958 76.49955 2 6021 |
42.94110 76.55589 8 7398 | 42.92306 76.57311 6 5200 | 42.88860 76.64886 1 5616 |
42.92648 76.55441 7 6810 | 42.78446 76.65105 3 2919 | 42.78862 76.53909 0 1765 |
42.78891 76.39205 0 3117 | 42.67598 76.35229 0 4278 | 42.67734 76.49937 3 1817 |
42.69396 76.61380 0 1762 | 42.69190 75.48715 1 5780 | 42.61496 75.74728 0 4189 |
42.52767 75.52360 4 4141 | 42.53773 75.52162 5 3941 | 42.58952 75.42205 4 5802 |
42.47782 75.51950 2 7710 | 42.46225 75.72933 1 2376 | 42.36472 75.63206 2 7278 |
42.27062 75.63306 3 8127 | 42.59948 75.96043 3 5532 | 42.70872 76.10262 1 2592 |
42.71274 76.20905 6 5653 | 42.61674 76.23085 7 5105 | 42.61779 76.17960 2 4421 |
42.59906 76.17281 2 3242 | 42.62799 76.10407 8 2921 | 42.50589 76.07654 5 3711 |
42.49541 76.15418 1 4855 | 42.58258 76.22827 7 6438 | 42.49387 76.22302 4 4350 |
43.09796 75.64906 2 5170 | 43.09420 75.66321 3 2940 | 43.07360 75.66223 0 2700 |
43.11142 75.75780 0 3766 | 43.08382 75.75580 0 4773 | 43.12822 75.89691 2 6557 |
43.05010 75.85768 0 2519 | 43.04577 75.87330 1 4295 | 42.92946 75.85125 3 2599 |
42.91228 75.86321 4 3281 | 42.98854 75.69202 2 6250 | 42.88028 75.69016 0 6677 |
42.78010 75.72625 4 3245 | 42.82381 75.54531 1 3725 | 42.83757 75.49651 1 4616 |
42.80789 75.34325 0 2037 | 43.07576 76.16880 0 9 | 43.07506 76.15823 4 3704 |
43.08137 76.14810 0 1702 | 43.07645 76.13761 3 4193 | 43.06615 76.15929 1 1401 |
43.07026 76.15244 2 3268 | 43.06951 76.14553 0 1612 | 43.06841 76.13849 4 2705 |
43.06808 76.12677 2 3927 | 43.07229 76.10922 6 4330 | 43.06214 76.16966 1 143 |
43.05797 76.16000 0 99 | 43.06037 76.15196 0 1475 | 43.06417 76.14791 3 2766 |
43.06151 76.13980 4 2636 | 43.05747 76.13704 3 3132 | 43.05785 76.12582 5 2603 |
43.06089 76.11769 1 2973 | 43.06257 76.10935 0 3156 | 43.06380 76.09646 1 4807 |
43.05660 76.19291 2 2587 | 43.05334 76.17635 3 1997 | 43.05243 76.16441 2 1211 |
43.05610 76.14757 1 2549 | 43.05443 76.13484 0 2231 | 43.05025 76.19036 3 2225 |
43.04511 76.19153 0 2291 | 43.04770 76.17743 0 1189 | 43.04637 76.16295 2 2621 |
43.04865 76.15291 2 914 | 43.04746 76.14600 0 1409 | 43.04935 76.13851 0 1268 |
43.04844 76.13000 0 1437 | 43.04825 76.11989 2 3359 | 43.05125 76.10914 2 2662 |
43.05400 76.09522 0 2356 | 43.04139 76.18136 1 503 | 43.03615 76.17930 1 2852 |
43.03723 76.16553 2 5883 | 43.04186 76.16178 0 2446 | 43.03835 76.15171 1 717 |
43.03933 76.14538 2 2579 | 43.03982 76.13572 4 9393 | 43.03737 76.12580 2 2193 |
43.03621 76.11791 0 4524 | 43.04011 76.09763 7 5469 | 43.02787 76.19125 1 2014 |
43.02651 76.17771 0 1661 | 43.02672 76.16921 0 3213 | 43.02375 76.16001 2 3061 |
43.03213 76.15866 1 3525 | 43.03189 76.14740 0 3128 | 43.02446 76.14517 0 4144 |
43.02097 76.13326 0 2912 | 43.02446 76.12072 1 1689 | 43.01803 76.11722 0 2720 |
43.01523 76.16291 5 2670 | 43.02000 76.15232 4 3108 | 43.01643 76.14356 0 3072 |
42.99804 76.15515 2 4149 | 43.00676 76.14123 3 3635 | 42.99835 76.12998 5 2801 |
42.99277 76.14127 0 3097 | 43.18337 76.03115 0 2154 | 43.21358 76.11997 1 3290 |
43.17580 76.10443 0 5935 | 43.14647 76.03044 2 3095 | 43.14531 76.10642 0 2677 |
43.12677 76.10422 0 4443 | 43.13629 76.12141 0 2095 | 43.13217 76.13682 2 5875 |
43.12439 76.14646 0 3234 | 43.12777 76.17438 3 7914 | 43.14584 76.16161 1 4740 |
43.14177 76.22144 1 8140 | 43.13214 76.19969 1 4081 | 43.16634 76.24892 0 2668 |
43.17663 76.23909 2 1733 | 43.16843 76.20670 4 6762 | 43.16899 76.15782 0 4889 |
43.20529 76.19935 0 2802 | 43.18564 76.30059 2 1704 | 43.18930 76.40141 3 5743 |
43.14965 76.27651 0 2345 | 43.16550 76.33293 1 4105 | 43.14775 76.33488 0 2514 |
43.12293 76.29510 0 6261 | 43.11921 76.36880 0 3810 | 43.05257 76.43791 3 5885 |
43.05979 76.32432 0 2397 | 43.03876 76.30877 0 1298 | 43.02776 76.29661 3 5311 |
43.05097 76.28044 1 4774 | 43.04785 76.25361 1 4629 | 43.03796 76.23993 2 4429 |
43.06455 76.24957 1 1495 | 43.09199 76.23753 2 3092 | 43.06212 76.21518 1 2729 |
43.05360 76.20978 4 4411 | 43.04281 76.22078 3 4713 | 43.03869 76.20165 4 3583 |
43.10626 76.20920 2 2849 | 43.12234 76.23017 2 5520 | 43.10947 76.17750 2 4629 |
43.09940 76.19262 1 4437 | 43.09030 76.17994 0 3823 | 43.10914 76.15329 3 2406 |
43.10782 76.13066 3 3169 | 43.09750 76.14204 2 4354 | 43.08757 76.15869 2 1576 |
43.08446 76.12647 5 4637 | 43.06406 76.06923 1 3412 | 43.09646 76.09646 0 3073 |
43.09556 76.05890 2 4837 | 43.05061 76.05950 5 6146 | 43.02096 76.08722 4 4813 |
43.01293 76.04785 2 3077 | 42.99169 76.07676 0 1510 | 43.03082 75.99817 3 4709 |
43.03589 75.99508 0 4927 | 43.00123 75.98085 3 2510 | 43.00197 75.98194 0 5241 |
43.03428 75.93572 1 859 | 43.07464 76.00822 1 3640 | 43.06920 76.02176 2 4101 |
43.09140 75.98592 0 2502 | 42.92289 75.97990 0 4492 | 42.90583 76.10237 4 4488 |
42.94015 76.15711 0 596 | 42.95540 76.23866 2 5424 | 42.97327 76.11924 1 1214 |
42.97459 76.15243 1 2779 | 42.99791 76.18935 2 5690 | 43.02212 76.22930 0 2717 |
42.95410 76.32516 1 4310 | 42.98375 76.33981 1 1870 | 42.94660 76.42761 1 2786 |
42.93678 76.41367 2 5009 | 42.83193 76.28378 0 1596 | 42.86463 76.21923 0 2112 |
42.81147 76.13461 1 2409 | 42.82216 75.99089 0 1811 | 42.29571 76.17665 4 6006 |
42.23208 76.33211 1 4919 | 42.13391 76.18150 2 7023 | 42.04225 76.19528 4 9084 |
42.10870 76.26486 6 4364 | 42.10116 76.36663 2 6999 | 42.14526 76.48788 5 11417 |
42.58464 76.35939 4 5213 | 42.58375 76.53147 1 3916 | 42.51098 76.47157 0 887 |
42.52195 76.50950 0 475 | 42.47192 76.62693 2 7041 | 42.46368 76.54735 1 3476 |
42.46747 76.48863 6 3404 | 42.47220 76.46353 3 2630 | 42.45084 76.46108 1 1777 |
42.44887 76.48743 3 13015 | 42.43708 76.48027 3 4358 | 42.43377 76.49650 3 3880 |
42.43637 76.51915 1 5630 | 42.41712 76.54226 0 971 | 42.41455 76.47538 1 5613 |
42.40867 76.42956 0 524 | 42.43790 76.43668 1 884 | 42.45383 76.40124 0 3025 |
42.49040 76.33697 1 7723 | 42.34613 76.39985 3 5203 | 42.33757 76.61241 1 4401 |
42.49270 76.50148 0 1010 | 42.48787 76.46908 2 2029
"""

# What SaTScan 9.6 prints for it (discrete Poisson, high rates, Cartesian coordinates, largest
# window 50 % of the population, 999 replicates), as kept among the tests of R smerc:
# tracts, radius, inhabitants, cases, expected, relative risk, log likelihood ratio, p-value.
SATSCAN = [
    (
        "52 50 37 49 38 48 53 39 15 47 51 1 40 44 16 2 55 36 14 43 13 45 3 35 17 11 12 46",
        (0.087, 111_674, 100, 58.28, 1.87, 14.083511),
    ),
    ("89 88 87 84 90 86 92 85", (0.13, 34_083, 38, 17.79, 2.22, 9.019716)),
    (
        "112 113 115 111 116 219 117 123 218 114 122 110 124 220 118 133 121 125 216 120 134 217 "
        "126 139 215 132 141 140 127 142 138 131 119",
        (0.040, 78_280, 64, 40.85, 1.64, 6.114140),
    ),
    ("62 64 67 65", (0.061, 24_571, 25, 12.82, 1.99, 4.651839)),
    ("266 281 267 265", (0.026, 9840, 12, 5.14, 2.37, 3.363518)),
    ("166 159 167", (0.012, 8839, 11, 4.61, 2.41, 3.209485)),
]
SATSCAN_P = [None, 0.016, 0.248, 0.645, 0.965, 0.982]  # by rank; the first is a Gumbel tail


@pytest.fixture(scope="module")
def new_york():
    """Cases, inhabitants and points: a degree drawn as 100 km of a plane, laid on France."""
    numbers = np.array([row.split() for row in NEW_YORK.split("|")], dtype="float64")
    codes = [str(number) for number in range(1, len(numbers) + 1)]
    north, west, cases, people = numbers.T
    assert (len(codes), cases.sum(), people.sum()) == (281, 552, 1_057_673)
    points = on_plane(6e5 - 1e5 * (west - 76), 6.6e6 + 1e5 * (north - 42.7), codes)
    return pd.Series(cases, codes), pd.Series(people, codes), points


def on_plane(x, y, codes):
    return gpd.GeoSeries.from_xy(x, y, index=codes, crs=2154).to_crs(4326)


def random_map(seed, n=12):
    """Return cases, population (both whole) and points of n territories, no two alike."""
    random = np.random.default_rng(seed)
    codes = [f"{code:03d}" for code in random.permutation(n)]
    population = pd.Series(random.integers(50, 5000, n), codes)
    cases = pd.Series(random.binomial(population, 0.01 * random.uniform(0.3, 3, n)), codes)
    cases.iloc[0] += 1
    x, y = random.uniform(6e5, 7e5, n), random.uniform(6.5e6, 6.6e6, n)
    return cases, population, on_plane(x, y, codes)


def slow_ratio(c, n, total_c, total_n, *, bernoulli, low):
    """Return the log-likelihood ratio term by term, as in Kulldorff 1997."""
    expected = n * total_c / total_n
    if (c >= expected) if low else (c <= expected):
        return 0.0
    terms = [(c, expected), (total_c - c, total_c - expected)]
    if bernoulli:
        others = total_n - total_c
        terms += [(n - c, n - expected), (others - (n - c), others - (n - expected))]
    return sum(found * math.log(found / usual) for found, usual in terms if found > 0)


def slow_windows(points, *, radius=math.inf):
    """Return the codes that each circle holds, by a double loop over centres and distances."""
    metric = points.to_crs(2154)
    windows = set()
    for centre in metric:
        distances = dict(metric.distance(centre))
        for reach in distances.values():
            if reach <= radius:
                windows.add(frozenset(code for code, km in distances.items() if km <= reach))
    return windows


def slow_scan(cases, population, windows, *, bernoulli=False, low=False, share=0.5):
    """Return every cluster without overlap: its ratio and its codes, the largest first."""
    cases, population = dict(cases), dict(population)
    total_c, total_n = sum(cases.values()), sum(population.values())
    rated = []
    for codes in windows:
        n = sum(population[code] for code in codes)
        if n <= share * total_n:
            c = sum(cases[code] for code in codes)
            ratio = slow_ratio(c, n, total_c, total_n, bernoulli=bernoulli, low=low)
            rated.append((ratio, codes))
    kept = []
    for ratio, codes in sorted(rated, key=lambda window: -window[0]):
        if ratio > 1e-9 and not any(codes & other for _, other in kept):
            kept.append((ratio, codes))
    return kept


def clusters_of(scan):
    ratios = scan.clusters["log_likelihood_ratio"]
    return [
        (ratio, frozenset(scan.members.index[scan.members == rank]))
        for rank, ratio in ratios.items()
    ]


def test_clusters_as_satscan(new_york):
    cases, population, points = new_york
    scan = kulldorff_scan(cases, population, points=points, replicates=9, seed=1, secondary=1)
    assert scan.n == 281
    for rank, (codes, figures) in enumerate(SATSCAN, start=1):
        cluster = scan.clusters.loc[rank]
        radius, people, count, expected, risk, ratio = figures
        assert set(scan.members.index[scan.members == rank]) == set(codes.split())
        assert cluster["centre"] == codes.split()[0]
        assert cluster["radius_km"] == pytest.approx(100 * radius, abs=0.5)
        assert (cluster["population"], cluster["cases"]) == (people, count)
        assert cluster["expected"] == pytest.approx(expected, abs=0.005)
        assert cluster["relative_risk"] == pytest.approx(risk, abs=0.005)
        assert cluster["log_likelihood_ratio"] == pytest.approx(ratio, abs=5e-7)


def test_smaller_windows_as_satscan(new_york):
    # SaTScan with windows up to 10 % of the population: the first, second and seventh cluster.
    cases, population, points = new_york
    clusters = kulldorff_scan(
        cases, population, points=points, max_population_share=0.1, replicates=9, secondary=1
    ).clusters
    assert clusters.loc[[1, 2, 7], "log_likelihood_ratio"].to_list() == pytest.approx(
        [11.577255, 9.019716, 3.209485], abs=5e-7
    )
    assert clusters.loc[[1, 2, 7], "population"].to_list() == [95_249, 34_083, 8839]


def test_p_values_as_satscan(new_york):
    cases, population, points = new_york
    options = {"points": points, "replicates": 999, "seed": 7, "secondary": 1}
    p_values = kulldorff_scan(cases, population, **options).clusters["p_value"]
    assert p_values[1] == 1 / 1000
    for rank, theirs in enumerate(SATSCAN_P[1:], start=2):
        # Both are shares of 999 random replicates.
        error = math.sqrt(2 * theirs * (1 - theirs) / 999)
        assert p_values[rank] == pytest.approx(theirs, abs=4 * error)
    gumbel = kulldorff_scan(cases, population, **options, tail="gumbel").clusters
    assert set(gumbel["method"]) == {"gumbel"}
    # SaTScan: 0.00015, where the rank can not go below 0.001.
    assert 0.00015 / 3 < gumbel.loc[1, "p_value"] < 0.00015 * 3
    # Where the rank can tell, the two agree.
    assert gumbel.loc[2:6, "p_value"].to_numpy() == pytest.approx(p_values.loc[2:6], abs=0.04)


def test_bernoulli_as_flexscan(new_york):
    # The binomial ratio of FleXScan for its most likely cluster of up to ten tracts.
    cases, population, points = new_york
    zone = ["1", "2", "3", "12", "13", "14", "15", "35", "47", "49"]
    scan = kulldorff_scan(
        cases, population, points=points, model="bernoulli", candidates=zone, replicates=1
    )
    assert scan.clusters.loc[1, "log_likelihood_ratio"] == pytest.approx(8.47836, abs=5e-6)
    assert scan.members.index.to_list() == sorted(zone)


@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
@pytest.mark.parametrize("rates", ["high", "low"])
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.2, 0.5, 1]),
    near=st.booleans(),
    candidates=st.sampled_from([12, 8]),
)
def test_clusters_as_a_slow_scan(model, rates, seed, share, near, candidates):
    cases, population, points = random_map(seed)
    chosen = points.index[:candidates]
    radius_km = 30 if near else None
    scan = kulldorff_scan(
        cases,
        population,
        points=points,
        model=model,
        rates=rates,
        candidates=chosen,
        max_population_share=share,
        max_radius_km=radius_km,
        replicates=1,
        secondary=1,
    )
    slow = slow_scan(
        cases,
        population,
        slow_windows(points[chosen], radius=1000 * radius_km if near else math.inf),
        bernoulli=model == "bernoulli",
        low=rates == "low",
        share=share,
    )
    found = clusters_of(scan)
    assert [ratio for ratio, _ in found] == pytest.approx([ratio for ratio, _ in slow], abs=1e-9)
    assert [codes for _, codes in found] == [codes for _, codes in slow]


@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
@pytest.mark.parametrize("rates", ["high", "low"])
def test_maxima_are_those_of_the_redistributed_cases(model, rates):
    # Every window of each replicate, rated slowly.
    cases, population, points = random_map(5, n=40)
    windows = slow_windows(points)
    options = {"model": model, "rates": rates}
    scan = kulldorff_scan(cases, population, points=points, replicates=6, seed=11, **options)
    for maximum, redistributed in zip(scan.maxima, drawn(cases, population, 6, model), strict=True):
        slow = slow_scan(
            redistributed, population, windows, bernoulli=model == "bernoulli", low=rates == "low"
        )
        assert maximum == pytest.approx(slow[0][0], abs=1e-9)


@pytest.mark.parametrize("rates", ["high", "low"])
def test_maxima_of_many_territories_are_those_of_scans(rates):
    # Enough territories and replicates for several blocks and batches; the scan of one replicate
    # rates every window, without leaving any out.
    cases, population, points = random_map(3, n=1100)
    options = {"points": points, "rates": rates, "max_radius_km": 25}
    scan = kulldorff_scan(cases, population, replicates=501, seed=11, **options)
    replicate = drawn(cases, population, 501, "poisson")
    assert len(scan.maxima) == scan.replicates == 501
    for number in (0, 1, 250, 499):
        alone = kulldorff_scan(replicate[number], population, replicates=1, **options)
        assert alone.clusters.loc[1, "log_likelihood_ratio"] == pytest.approx(
            scan.maxima[number], abs=1e-9
        )


@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
@pytest.mark.parametrize("rates", ["high", "low"])
def test_no_maximum_is_missed_by_what_is_left_unrated(model, rates, monkeypatch):
    # With few cases, one more or less changes a ratio a lot: all is rated, and the maxima agree.
    _, population, points = random_map(4, n=600)
    population //= 50 if model == "bernoulli" else 1
    cases = pd.Series(0, population.index)
    cases.iloc[:40] = 1 + (rates == "low") * 10
    population += cases
    options = {"points": points, "model": model, "rates": rates, "max_radius_km": 25}
    scan = kulldorff_scan(cases, population, replicates=300, seed=1, **options)
    monkeypatch.setattr(Likelihood, "reach", lambda self, _, people: self.expected(people))
    everything = kulldorff_scan(cases, population, replicates=300, seed=1, **options)
    assert scan.maxima.tobytes() == everything.maxima.tobytes()
    assert len(set(scan.maxima.round(9))) > 20


def drawn(cases, population, size, model):
    """Return the replicates of seed 11, drawn in the order of the codes."""
    population = population.sort_index()
    random = np.random.default_rng(11)
    if model == "bernoulli":
        rows = random.multivariate_hypergeometric(
            population.to_numpy(), cases.sum(), size=min(size, 500), method="marginals"
        )
    else:
        shares = population / population.sum()
        rows = random.multinomial(cases.sum(), shares, size=min(size, 500))
    return [pd.Series(row, population.index) for row in rows]


def test_by_hand():
    # e = 8 × 100/400 = 2 in A: 6 ln(6/2) + 2 ln(2/6) = 4 ln 3; (6/2)/(2/6) = 9 times the risk.
    # B and C hold 1 of 3 expected each: no second cluster.
    cases, population, points = three()
    clusters = kulldorff_scan(
        cases, population, points=points, replicates=19, seed=3, secondary=1
    ).clusters
    assert clusters.index.to_list() == [1]
    cluster = clusters.loc[1]
    assert cluster["log_likelihood_ratio"] == pytest.approx(4 * math.log(3), abs=1e-12)
    assert cluster["relative_risk"] == pytest.approx(9, abs=1e-12)
    assert (cluster["radius_km"], cluster["territories"]) == (0, 1)
    assert cluster["method"] == "monte_carlo_rank"


def test_bernoulli_by_hand():
    # A: 3 cases and 1 control; elsewhere 1 case and 7 controls; in all 4 of 12.
    # 3 ln(3/4) + ln(1/4) + ln(1/8) + 7 ln(7/8) - 4 ln(4/12) - 8 ln(8/12).
    _, _, points = three()
    cases = pd.Series({"A": 3, "B": 1, "C": 0})
    population = pd.Series({"A": 4, "B": 4, "C": 4})
    cluster = kulldorff_scan(
        cases, population, points=points, model="bernoulli", replicates=19
    ).clusters.loc[1]
    inside = 3 * math.log(3 / 4) + math.log(1 / 4)
    outside = math.log(1 / 8) + 7 * math.log(7 / 8)
    null = 4 * math.log(4 / 12) + 8 * math.log(8 / 12)
    assert cluster["centre"] == "A"
    assert cluster["log_likelihood_ratio"] == pytest.approx(inside + outside - null, abs=1e-12)
    assert cluster["relative_risk"] == pytest.approx((3 / 4) / (1 / 8), abs=1e-12)


def three():
    codes = ["A", "B", "C"]
    return (
        pd.Series([6, 1, 1], codes),
        pd.Series([100, 150, 150], codes),
        pd.DataFrame({"longitude": [3.0, 3.1, 3.3], "latitude": 46.5}, index=codes),
    )


def test_p_value_is_the_rank_among_the_maxima():
    cases, population, points = random_map(8, n=20)
    scan = kulldorff_scan(cases, population, points=points, replicates=199, seed=4, secondary=1)
    assert len(scan.clusters) > 2
    for _, cluster in scan.clusters.iterrows():
        reached = sum(maximum >= cluster["log_likelihood_ratio"] for maximum in scan.maxima)
        assert cluster["p_value"] == (1 + reached) / 200


def test_a_replicate_that_equals_the_cases_counts_against_them():
    cases, population, points = three()
    scan = kulldorff_scan(cases, population, points=points, replicates=999, seed=2)
    beyond = sum(maximum > 4 * math.log(3) + 1e-9 for maximum in scan.maxima)
    equal = sum(maximum == pytest.approx(4 * math.log(3), abs=1e-9) for maximum in scan.maxima)
    assert equal > 0
    assert scan.clusters.loc[1, "p_value"] == (1 + beyond + equal) / 1000


def test_gumbel_tail_has_the_moments_of_the_maxima():
    # Scale β = s √6 / π, place μ = mean - 0.577 β; p = 1 - exp(-exp(-(LLR - μ)/β)).
    cases, population, points = random_map(8, n=20)
    scan = kulldorff_scan(
        cases, population, points=points, replicates=199, seed=4, tail="gumbel", secondary=1
    )
    scale = np.std(scan.maxima, ddof=1) * math.sqrt(6) / math.pi
    place = np.mean(scan.maxima) - 0.5772156649015329 * scale
    for _, cluster in scan.clusters.iterrows():
        reduced = (cluster["log_likelihood_ratio"] - place) / scale
        expected = 1 - math.exp(-math.exp(-reduced))
        assert cluster["p_value"] == pytest.approx(expected, abs=1e-12)


def test_under_the_null_one_in_twenty_is_significant():
    # p ≤ 0.05 has a chance of 2/40 with 39 replicates, whatever the map.
    _, population, points = random_map(2, n=20)
    random = np.random.default_rng(1)
    p_values = []
    for seed in range(100):
        cases = pd.Series(random.multinomial(300, population / population.sum()), population.index)
        scan = kulldorff_scan(cases, population, points=points, replicates=39, seed=seed)
        p_values.append(scan.clusters.loc[1, "p_value"])
    for level in (0.05, 0.2, 0.5):
        low, high = binom.interval(0.999, 100, level)
        assert low <= sum(p <= level for p in p_values) <= high


def test_an_implanted_cluster_is_found():
    _, population, points = random_map(6, n=100)
    metric = points.to_crs(2154)
    planted = metric.index[metric.distance(metric["042"]) <= 15_000]
    assert len(planted) > 3
    rate = pd.Series(0.01, population.index).mask(population.index.isin(planted), 0.05)
    cases = pd.Series(np.random.default_rng(0).poisson(population * rate), population.index)
    scan = kulldorff_scan(cases, population, points=points, replicates=99, seed=0)
    assert scan.clusters.loc[1, "p_value"] == 0.01
    assert set(planted) <= set(scan.members.index[scan.members == 1])
    assert 4 < scan.clusters.loc[1, "relative_risk"] < 6


@given(seed=st.integers(0, 10**6), model=st.sampled_from(["poisson", "bernoulli"]))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(seed, model):
    cases, population, points = random_map(seed)
    options = {"model": model, "replicates": 19, "seed": seed, "secondary": 1}
    one = kulldorff_scan(cases, population, points=points, **options)
    other = kulldorff_scan(
        cases.sample(frac=1, random_state=seed), population[::-1], points=points, **options
    )
    pd.testing.assert_frame_equal(one.clusters, other.clusters, check_exact=True)
    pd.testing.assert_series_equal(one.members, other.members)
    assert one.maxima.tobytes() == other.maxima.tobytes()


@given(seed=st.integers(0, 10**6), power=st.integers(-20, 20))
@settings(max_examples=10, deadline=None)
def test_the_unit_of_the_population_does_not_matter(seed, power):
    cases, population, points = random_map(seed)
    options = {"points": points, "replicates": 9, "seed": 1, "secondary": 1}
    one = kulldorff_scan(cases, population, **options)
    other = kulldorff_scan(cases, population * 2.0**power, **options)
    pd.testing.assert_frame_equal(
        one.clusters.drop(columns="population"), other.clusters.drop(columns="population")
    )
    assert one.maxima == pytest.approx(other.maxima)


def test_windows_never_cross_an_ocean():
    # In the numbers of their two planes, Lille lies 730 km from La Réunion, nearer than from
    # Bastia; no circle may hold both. Guadeloupe and Martinique share a plane.
    points = pd.DataFrame(
        {
            "longitude": [3.06, 9.45, 55.45, 55.3, -61.07, -61.53],
            "latitude": [50.63, 42.7, -20.88, -21.1, 14.6, 16.24],
        },
        index=["lille", "bastia", "denis", "paul", "fort", "pitre"],
    )
    population = pd.Series([100, 900, 100, 100, 100, 100], points.index)
    cases = pd.Series([30, 5, 30, 30, 20, 20], points.index)
    clusters = clusters_of(
        kulldorff_scan(
            cases, population, points=points, max_population_share=1, replicates=9, secondary=1
        )
    )
    assert [codes for _, codes in clusters] == [{"denis", "paul"}, {"lille"}, {"fort", "pitre"}]


def test_what_lies_at_one_distance_enters_together():
    # B and C share a point; alone, B with 9 cases would be the cluster.
    points = pd.DataFrame(
        {"longitude": [3.0, 3.2, 3.2, 3.5], "latitude": 46.5}, index=["A", "B", "C", "D"]
    )
    cases = pd.Series({"A": 3, "B": 9, "C": 2, "D": 3})
    population = pd.Series(100, cases.index)
    scan = kulldorff_scan(cases, population, points=points, replicates=9, secondary=1)
    assert clusters_of(scan)[0][1] == {"B", "C"}


def test_candidates_restrict_the_windows_not_the_totals():
    # A may not be in a window; B: 4 of 12 cases, e = 12 × 100/400 = 3.
    _, _, points = three()
    cases = pd.Series({"A": 7, "B": 4, "C": 1})
    population = pd.Series({"A": 100, "B": 100, "C": 200})
    scan = kulldorff_scan(
        cases, population, points=points, candidates=["C", "B"], replicates=9, secondary=1
    )
    assert clusters_of(scan) == [
        (pytest.approx(4 * math.log(4 / 3) + 8 * math.log(8 / 9), abs=1e-12), {"B"})
    ]
    nowhere = kulldorff_scan(cases, population, points=points, candidates=[], replicates=9)
    assert len(nowhere.clusters) == len(nowhere.members) == 0
    assert nowhere.maxima.tolist() == [0] * 9


@pytest.mark.parametrize("tail", ["rank", "gumbel"])
def test_no_excess_no_cluster(tail):
    _, population, points = three()
    scan = kulldorff_scan(population // 50, population, points=points, replicates=9, tail=tail)
    assert scan.clusters.empty
    assert scan.members.empty
    alone = ["A"]
    one = kulldorff_scan(
        pd.Series(5, alone), population[alone], points=points.loc[alone], replicates=9, tail=tail
    )
    assert one.clusters.empty
    assert one.maxima.tolist() == [0] * 9


def test_all_cases_inside_have_no_relative_risk():
    # 5 ln(5/1.25) + 0; nothing to compare with outside. C has neither inhabitants nor cases.
    _, _, points = three()
    cases, population = pd.Series({"A": 5, "B": 0, "C": 0}), pd.Series({"A": 1, "B": 3, "C": 0})
    cluster = kulldorff_scan(cases, population, points=points, replicates=9).clusters.loc[1]
    assert cluster["log_likelihood_ratio"] == pytest.approx(5 * math.log(4), abs=1e-12)
    assert math.isnan(cluster["relative_risk"])


@pytest.mark.parametrize(
    ("cases", "population", "message"),
    [
        ([1, -1, 2], [1, 1, 1], "cases: expected numbers of at least 0, found -1 for B"),
        ([1, math.nan, 2], [1, 1, 1], "cases: expected numbers of at least 0, found nan for B"),
        ([1, 0.5, 2], [1, 1, 1], "cases: expected whole numbers, found 0.5 for B"),
        ([1, 3e9, 2], [1, 1, 1], "cases: expected at most 2,147,483,647 in all"),
        ([1, 1, 2], [1, math.inf, 1], "population: expected numbers of at least 0, found inf"),
        ([0, 0, 0], [1, 1, 1], "cases: expected at least one case"),
        ([1, 1, 2], [1, 0, 1], "cases: B with cases, but without population"),
    ],
)
def test_bad_numbers_are_refused(cases, population, message):
    _, _, points = three()
    with pytest.raises(InputError, match=message):
        kulldorff_scan(
            pd.Series(cases, points.index), pd.Series(population, points.index), points=points
        )


def test_bad_bernoulli_numbers_are_refused():
    cases, population, points = three()
    for people, message in (
        (cases - [1, 0, 0], r"A with more cases than population \(cases and controls\)"),
        (population + 0.5, "population: expected whole numbers, found 100.5 for A"),
        (cases, "expected controls besides the cases, found none"),
    ):
        with pytest.raises(InputError, match=message):
            kulldorff_scan(cases, people, points=points, model="bernoulli")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "normal"}, "model: unknown 'normal'; known: poisson, bernoulli"),
        ({"rates": "both"}, "rates: unknown 'both'; known: high, low"),
        ({"tail": "normal"}, "tail: unknown 'normal'; known: rank, gumbel"),
        ({"max_population_share": 0}, "max_population_share: expected a share above 0"),
        ({"max_radius_km": 0}, "max_radius_km: expected km above 0, or None, found 0"),
        ({"replicates": 0}, "replicates: expected at least 1, found 0"),
        ({"replicates": 1, "tail": "gumbel"}, "replicates: expected at least 2, found 1"),
        ({"secondary": 1.5}, "secondary: expected a p-value, 0 to 1, found 1.5"),
        ({"candidates": ["A", "Z"]}, "candidates: Z is no territory of cases"),
    ],
)
def test_bad_options_are_refused(options, message):
    cases, population, points = three()
    with pytest.raises(InputError, match=message):
        kulldorff_scan(cases, population, points=points, **options)


def test_what_does_not_match_is_refused():
    cases, population, points = three()
    with pytest.raises(InputError, match=r"cases and population: .* in one of the two only: C"):
        kulldorff_scan(cases[:2], population, points=points)
    with pytest.raises(InputError, match=r"cases and points: .* in one of the two only: C"):
        kulldorff_scan(cases, population, points=points[:2])
    with pytest.raises(DuplicateIdError, match="population: code must be unique; A"):
        kulldorff_scan(cases, pd.concat([population, population[:1]]), points=points)
    with pytest.raises(CrsError, match="points: B lie in no legal CRS"):
        kulldorff_scan(cases, population, points=points.assign(longitude=[3.0, math.nan, 3.3]))
