"""The compiled GRU against ``torch.nn.GRU``: values, gradients, odd sizes, threads, NaN."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from bench.errors import BenchError
from bench.nn.recurrent import RecurrentNet, resolve_kernel

pytest.importorskip("numba")


def twins(inputs, hidden, layers, outputs=5, seed=0):
    torch.manual_seed(seed)
    compiled = RecurrentNet(inputs, hidden, layers, outputs, compiled=True)
    plain = RecurrentNet(inputs, hidden, layers, outputs)
    plain.load_state_dict(compiled.state_dict())
    return compiled, plain


def relative(a, b):
    return float(((a - b).abs().max() / b.abs().max().clamp_min(1e-12)).detach())


@pytest.mark.parametrize(
    ("rows", "steps", "inputs", "hidden", "layers"),
    [(128, 24, 6, 24, 3), (1, 1, 1, 1, 1), (5, 7, 3, 2, 2), (17, 3, 6, 7, 2), (130, 5, 9, 13, 1), (300, 4, 24, 24, 1)],
)
def test_values_and_gradients_are_those_of_torch(rows, steps, inputs, hidden, layers):
    """Sizes below, at and above a block of rows; units that do and do not fill the register tiles."""
    nets = twins(inputs, hidden, layers)
    x, target = torch.rand(rows, steps, inputs), torch.rand(rows, steps, 5)
    outputs, gradients = [], []
    for net in nets:
        given = x.clone().requires_grad_()
        y = net(given)
        ((y - target) ** 2).mean().backward()
        outputs.append(y.detach())
        gradients.append([given.grad, *(p.grad for p in net.parameters())])
    assert relative(*outputs) < 1e-5
    for ours, theirs in zip(*gradients, strict=True):
        assert relative(ours, theirs) < 1e-5


def test_inputs_in_any_memory_layout():
    compiled, plain = twins(3, 4, 2)
    x = torch.rand(3, 40, 9)
    for view in (x.permute(1, 2, 0), x.permute(1, 2, 0)[::2], x[:, :20].transpose(0, 1).transpose(1, 2)):
        assert relative(compiled(view), plain(view)) < 1e-5


def test_gradient_of_a_part_of_the_output():
    """The gradient that arrives is then strided and mostly zero."""
    compiled, plain = twins(2, 6, 2)
    x = torch.rand(20, 8, 2)
    for net in (compiled, plain):
        net.hidden(x)[::3, -1].sum().backward()
    for ours, theirs in zip(compiled.gru.parameters(), plain.gru.parameters(), strict=True):
        assert relative(ours.grad, theirs.grad) < 1e-5


def test_only_the_gradients_asked_for():
    compiled, plain = twins(3, 5, 2)
    x = torch.rand(9, 4, 3)
    compiled.requires_grad_(False)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    compiled(inputs[0]).sum().backward()
    plain(inputs[1]).sum().backward()
    assert relative(inputs[0].grad, inputs[1].grad) < 1e-5
    assert all(p.grad is None for p in compiled.parameters())


def test_nan_and_infinity_come_through():
    compiled, _ = twins(2, 3, 1)
    x = torch.rand(4, 5, 2)
    x[1, 2, 0] = torch.nan
    y = compiled(x)
    assert y[1, 2:].isnan().all()
    assert y[[0, 2, 3]].isfinite().all()
    assert y[1, :2].isfinite().all()
    x[1, 2, 0] = 1e30
    assert compiled(x).isfinite().all()


def test_threads_do_not_disturb_each_other():
    nets = [twins(3, 8, 2, seed=i)[0] for i in range(4)]
    x = torch.rand(150, 12, 3)

    def gradient(net):
        net.zero_grad()
        net(x).square().mean().backward()
        return [p.grad.clone() for p in net.parameters()]

    alone = [gradient(net) for net in nets]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for ours, expected in zip(pool.map(gradient, nets), alone, strict=True):
                assert all(torch.equal(a, b) for a, b in zip(ours, expected, strict=True))


def test_a_second_derivative_is_refused():
    compiled, _ = twins(2, 3, 1)
    x = torch.rand(4, 5, 2, requires_grad=True)
    (first,) = torch.autograd.grad(compiled(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def test_the_compiled_kernel_is_for_cpus():
    assert resolve_kernel("auto", "cpu")
    assert not resolve_kernel("auto", "cuda")
    assert not resolve_kernel("torch", "cpu")
    with pytest.raises(BenchError, match="kernel='torch'"):
        resolve_kernel("numba", "cuda:0")
    with pytest.raises(BenchError, match="known: auto, numba, torch"):
        resolve_kernel("cuda", "cpu")


def test_without_numba(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    assert not resolve_kernel("auto", "cpu")
    with pytest.raises(BenchError, match="numba"):
        resolve_kernel("numba", "cpu")
