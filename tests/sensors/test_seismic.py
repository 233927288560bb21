import pytest

from truceline.sensors.seismic import infrasound, threshold_magnitude


# authority: sensors reference, 4.3, noise 1 nm
@pytest.mark.parametrize(
    ("range_km", "elements", "magnitude"),
    [(10, 1, -0.48), (100, 1, 0.80), (200, 1, 1.32), (100, 24, 0.11), (200, 24, 0.63)],
)
def test_the_least_magnitude_seen(range_km, elements, magnitude):
    assert float(threshold_magnitude(range_km, elements=elements)) == pytest.approx(magnitude, abs=0.006)


def test_infrasound_is_half_at_twice_the_noise():
    # closed form: log10 2 = .301, the margin of the model
    assert float(infrasound(10**0.3, 1.0)) == pytest.approx(0.5, abs=1e-9)
    assert float(infrasound(20.0, 1.0)) > 0.9
