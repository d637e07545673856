"""Instances and schedules: known kernels, known sizes, and the kernel checked at them."""

import pytest
from support.marked import diagnose, expect

KERNEL = "kernel k[N = 4, M = 4](X: f32[N]) -> (Y: f32[M]) { Y[i] = (X[i] else 0) }\n"
CASES = [
    ("T113", "«instance a = q[N = 3]»"),
    ("T113", "«schedule q for cpu { }»"),
    ("T114", "«instance k = k[N = 3]»"),
    ("T115", "instance a = k[«K = 3»]"),
    ("T115", "instance a = k[N = 3, «N = 4»]"),
    ("T115", "schedule k[«K = 3»] for cpu { }"),
    ("T301", "instance a = k[N = «M»]"),
    ("T301", "instance a = k[N = «2.5»]"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_each_mistake_is_reported_once_and_where_it_is(code: str, text: str) -> None:
    """One diagnostic for one mistake, with this code, at the mark."""
    expect(code, KERNEL + text)


def test_an_instance_is_checked_at_its_sizes() -> None:
    """What is wrong at those sizes only is reported in the kernel, with the instance noted."""
    kernel = "kernel k[N = 4, M = 4](X: f32[N]) -> (Y: f32[M]) { Y[i < M] = «X[i * 1]» }\n"
    found = expect("T309", kernel + "instance a = k[M = 5]\ninstance b = k[M = 3]")
    assert found.notes[-1][1] == "at the sizes of 'a'"


def test_what_a_kernel_is_told_is_not_told_again_for_its_instances() -> None:
    """An error of the kernel itself appears once."""
    kernel = "kernel k[N = 4](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] + «z» }\n"
    expect("T101", kernel + "instance a = k[N = 5]")


def test_schedules_of_instances_and_sized_ones_are_fine() -> None:
    """A schedule may name an instance, and bind sizes."""
    schedules = "schedule a for cpu { }\nschedule k[N = 8] for cpu { }"
    assert diagnose(KERNEL + "instance a = k[N = 3]\n" + schedules) == []
