"""Times PyTorch on one shape, on one thread; the order is in the file that it is given, the answers are lines of JSON."""

import json
import math
import statistics
import sys
import time

import numpy
import torch

order = json.load(open(sys.argv[1]))
shape = order["shape"]
T, B, I, H = (shape[name] for name in "TBIH")
LAYERS = order["layers"]
torch.set_num_threads(1)
torch.manual_seed(1)


def tell(**message):
    print(json.dumps(message), flush=True)


def load(name, *dims):
    values = numpy.fromfile(f"{order['data']}/{name}.f32", dtype=numpy.float32)
    return torch.from_numpy(values.reshape(dims))


x = load("x", T, B, I)
cotangent = load("dY", T, B, H)


class Peephole(torch.nn.Module):
    """One layer of the LSTM with peepholes, step by step: all gates by one product, inputs before the loop."""

    def __init__(self, layer):
        super().__init__()
        width = I if layer == 0 else H
        parameter = torch.nn.Parameter
        self.W = parameter(load(f"W{layer}", 4 * H, width))
        self.R = parameter(load(f"R{layer}", 4 * H, H))
        self.b = parameter(load(f"b{layer}", 4 * H))
        self.p = parameter(load(f"p{layer}", 3, H))

    def forward(self, inputs, state):
        y, c = state
        p_i, p_f, p_o = self.p
        outputs = []
        for a in torch.nn.functional.linear(inputs, self.W, self.b):
            z, i, f, o = torch.addmm(a, y, self.R.t()).chunk(4, 1)
            i = torch.sigmoid(i + p_i * c)
            f = torch.sigmoid(f + p_f * c)
            c = torch.tanh(z) * i + c * f
            y = torch.tanh(c) * torch.sigmoid(o + p_o * c)
            outputs.append(y)
        return torch.stack(outputs), (y, c)


class PeepholeStack(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([Peephole(layer) for layer in range(LAYERS)])

    def zero_state(self):
        return [(torch.zeros(B, H), torch.zeros(B, H)) for _ in range(LAYERS)]

    def forward(self, values, states):
        finals = []
        for layer, state in zip(self.layers, states):
            values, final = layer(values, state)
            finals.append(final)
        return values, finals


class BuiltIn(torch.nn.LSTM):
    def __init__(self):
        super().__init__(I, H, LAYERS)

    def zero_state(self):
        return (torch.zeros(LAYERS, B, H), torch.zeros(LAYERS, B, H))


def forward_pass(model):
    state = model.zero_state()

    def run():
        with torch.no_grad():
            return model(x, state)[0]

    return run


def step_pass(model):
    state = model.zero_state()

    def run():
        nonlocal state
        with torch.no_grad():
            y, state = model(x, state)
        return y

    return run


def train_pass(model):
    state = model.zero_state()
    inputs = x.clone().requires_grad_()

    def run():
        model.zero_grad(set_to_none=True)
        inputs.grad = None
        y, _ = model(inputs, state)
        y.backward(cotangent)

    return run


def train_step_pass(model):
    head = torch.nn.Linear(H, I)
    parameters = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    target = torch.arange(T * B) % I
    state = model.zero_state()

    def run():
        optimizer.zero_grad(set_to_none=True)
        y, _ = model(x, state)
        loss = torch.nn.functional.cross_entropy(head(y).reshape(T * B, I), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.item()

    return run


def timed(run):
    """Milliseconds: warm-up and best-of; slow passes get fewer repetitions."""
    effort, limit = order["effort"], order["limitMs"]
    start = time.perf_counter()
    spent = lambda since: (time.perf_counter() - since) * 1000

    def sample(calls):
        began = time.perf_counter()
        for _ in range(calls):
            run()
        return spent(began) / calls

    first = sample(1)
    best = math.inf
    while spent(start) < effort["warmUpMs"] + first and spent(start) + min(best, first) < limit / 2:
        best = min(best, sample(1))
    calls = max(1, math.ceil(effort["sampleMs"] / best)) if best < math.inf else 1
    samples = [] if best < math.inf else [first]
    began = time.perf_counter()
    while (len(samples) < effort["leastSamples"] or spent(began) < effort["samplesMs"]) and spent(start) + min(best, first) * calls < limit:
        samples.append(sample(calls))
    samples = samples or [best]
    return {"ms": min(samples), "medianMs": statistics.median(samples), "samples": len(samples), "firstCallMs": first}


def product_rate(size=512):
    a, b = torch.rand(size, size), torch.rand(size, size)
    best = math.inf
    for _ in range(20):
        began = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best / 1e9


peephole = order["peer"] == "pytorch-peephole"
note = "step by step" if peephole else "nn.LSTM, no peepholes"
tell(kind="version", version=torch.__version__, note=note)
tell(kind="info", text=f"sgemm at {product_rate():.1f} GFLOP/s")
model = PeepholeStack() if peephole else BuiltIn()
if peephole:
    off = (forward_pass(model)() - load("y", T, B, H)).abs().max().item()
    if not off < 1e-4:
        sys.exit(f"Error: its outputs are off by {off}")
    difference = {"difference": off}
else:
    difference = {}
prepare = {"forward": forward_pass, "step": step_pass, "train": train_pass, "trainStep": train_step_pass}
for name in order["passes"]:
    result = timed(prepare[name](model))
    tell(kind="timed", **{"pass": name}, **result, **(difference if name == "forward" else {}))
