"""Between imbalanced-learn's samplers and this suite's augmenters, both ways.

:class:`FromSampler` makes an augmenter of anything with ``fit_resample`` and a dictionary ``sampling_strategy``, and
:class:`FromResampler` a method of the regime ``resample`` of what takes rows away;
:func:`as_sampler` makes a sampler of any augmenter, for ``imblearn.pipeline.Pipeline``.
"""

from bench.adapters.augmenters import FromSampler, categorical_positions
from bench.adapters.columns import UnfitRows
from bench.adapters.resamplers import FromResampler
from bench.adapters.samplers import AugmenterSampler, as_sampler

__all__ = ["AugmenterSampler", "FromResampler", "FromSampler", "UnfitRows", "as_sampler", "categorical_positions"]
