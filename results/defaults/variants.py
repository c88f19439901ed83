"""The settings that the defaults of the suite's generators were chosen from: a plugin of named variants.

``results/defaults/README.md`` has the command, the tasks and what was chosen.
"""

from bench.registry import method
from methods.cgan import CGAN
from methods.dcgan import DCGAN
from methods.gan import GAN
from methods.medgan import MedGAN
from methods.timegan import TimeGAN
from methods.wgan import CWGAN, WGAN

#: the settings of YData's slides, and the usual ones since DCGAN (Radford et al. 2016): leaky ReLU, batch norm, 2e-4
SLIDES = {
    "steps": 800, "activation": "relu", "batch_norm": False, "learning_rate": 5e-4, "transform": "none", "ema": 0.0,
}  # fmt: skip
SOUND = SLIDES | {"activation": "leaky_relu", "batch_norm": True, "learning_rate": 2e-4}
QUANTILE, MODES, AVERAGED = {"transform": "quantile"}, {"transform": "modes"}, {"ema": 0.995}
#: Gulrajani et al. 2017; 200 generator steps are 1,000 of the critic
PENALTY = {
    "steps": 200, "clip": None, "penalty": 10.0, "optimiser": "adam", "learning_rate": 3e-4, "transform": "none",
    "ema": 0.0,
}  # fmt: skip
CLIPPED = {"steps": 200, "learning_rate": 2e-4, "transform": "none", "ema": 0.0}
MED = {"steps": 400, "pretrain_steps": 400, "transform": "none", "ema": 0.0}
IMAGES = {"steps": 1500, "width": 16, "batch_size": 64}
SERIES = {"steps": 800, "pretrain_steps": 300, "layers": 2}


@method("gan-slides", params=SLIDES)
@method("gan-sound", params=SOUND)
@method("gan-sound-quantile", params=SOUND | QUANTILE)
@method("gan-sound-modes", params=SOUND | MODES)
@method("gan-sound-quantile-ema", params=SOUND | QUANTILE | AVERAGED)
class GANs(GAN):
    """Vanilla GANs."""


@method("cgan-slides", params=SLIDES)
@method("cgan-sound", params=SOUND)
@method("cgan-sound-quantile", params=SOUND | QUANTILE)
@method("cgan-sound-modes", params=SOUND | MODES)
@method("cgan-sound-quantile-ema", params=SOUND | QUANTILE | AVERAGED)
class CGANs(CGAN):
    """Conditional GANs."""


@method("wgan-none", params=CLIPPED)
@method("wgan-quantile", params=CLIPPED | QUANTILE)
@method("wgan-gp-none", params=PENALTY)
@method("wgan-gp-quantile", params=PENALTY | QUANTILE)
@method("wgan-gp-modes", params=PENALTY | MODES)
@method("wgan-gp-quantile-ema", params=PENALTY | QUANTILE | AVERAGED)
class WGANs(WGAN):
    """Wasserstein GANs."""


@method("wgan-quantile-ema", params=CLIPPED | QUANTILE | AVERAGED)
class AveragedWGANs(WGAN):
    """Wasserstein GANs with weight clipping and averaged weights."""


@method("cwgan-gp-none", params=PENALTY)
@method("cwgan-gp-quantile", params=PENALTY | QUANTILE)
@method("cwgan-gp-modes", params=PENALTY | MODES)
@method("cwgan-gp-quantile-ema", params=PENALTY | QUANTILE | AVERAGED)
class CWGANs(CWGAN):
    """Conditional Wasserstein GANs."""


@method("medgan-none", params=MED)
@method("medgan-quantile", params=MED | QUANTILE)
@method("medgan-quantile-ema", params=MED | QUANTILE | AVERAGED)
class MedGANs(MedGAN):
    """medGANs."""


@method("dcgan-last", modalities=("image",), params=IMAGES)
@method("dcgan-ema", modalities=("image",), params=IMAGES | AVERAGED)
@method("dcgan-spectral-ema", modalities=("image",), params=IMAGES | AVERAGED | {"spectral": True})
@method("dcgan-augment-ema", modalities=("image",), params=IMAGES | AVERAGED | {"augment": ("translation", "cutout")})
@method("acgan-last", modalities=("image",), params=IMAGES | {"head": "auxiliary"})
@method("acgan-ema", modalities=("image",), params=IMAGES | AVERAGED | {"head": "auxiliary"})
class DCGANs(DCGAN):
    """Convolutional GANs."""


@method("timegan-shift", modalities=("series",), params=SERIES)
@method("timegan-wide", modalities=("series",), params=SERIES | {"hidden": 48})
@method("timegan-slow", modalities=("series",), params=SERIES | {"learning_rate": 5e-4})
class TimeGANs(TimeGAN):
    """TimeGANs."""
