from __future__ import annotations

import numpy as np
from sklearn.linear_model import RidgeClassifier

from tasks.sources.garments import CLASSES, draw


def test_same_labels_and_seed_same_images():
    labels = np.random.default_rng(0).integers(0, 10, 60)
    images = draw(labels, 1)
    assert images.shape == (60, 28, 28)
    assert images.dtype == np.uint8
    assert np.array_equal(images, draw(labels, 1))
    assert not np.array_equal(images, draw(labels, 2))


def test_every_image_is_a_garment_on_black_and_no_two_are_alike():
    images = draw(np.arange(400) % 10, 0).reshape(400, -1)
    covered = (images > 0).mean(axis=1)
    assert covered.min() > 0.03
    assert covered.max() < 0.9
    assert len(np.unique(images, axis=0)) == 400


def test_classes_are_confused_where_the_real_ones_are():
    labels = np.arange(3000) % 10
    pixels = draw(labels, 0).reshape(3000, -1) / 255.0
    model = RidgeClassifier(100.0).fit(pixels[:1500], labels[:1500])
    guess = model.predict(pixels[1500:])
    truth = labels[1500:]
    recall = {name: (guess[truth == code] == code).mean() for code, name in enumerate(CLASSES)}
    assert min(recall, key=recall.get) in ("Shirt", "Pullover", "Coat")
    assert recall["Trouser"] > 0.8
    assert recall["Bag"] > 0.8
    upper = np.isin(truth, [0, 2, 4, 6])
    wrong = guess != truth
    assert np.isin(guess[upper & wrong], [0, 2, 3, 4, 6]).mean() > 0.75
