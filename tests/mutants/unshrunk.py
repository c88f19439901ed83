"""A pytest plugin: hypothesis looks for an example that fails, and not for the smallest one."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "unshrunk", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=tuple(HealthCheck),
)  # fmt: skip
settings.load_profile("unshrunk")
